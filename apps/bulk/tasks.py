"""The message: a hint that a bulk action may have work."""

from celery import shared_task

from apps.bulk.work_queues import INTERACTIVE
from apps.core.job_kinds import TRIED_AGAIN
from apps.core.schedulable import schedulable
from apps.core.wording import plural


@shared_task(**TRIED_AGAIN, work_queue=INTERACTIVE)
def bulk_run_advance(run_id: int) -> None:
    # The engine is loaded where the work is done, and not by all that send it there.
    from apps.bulk.engine.driver import advance

    advance(run_id)


@schedulable(
    label="Delete old bulk plans",
    is_idempotent=True,
    queue="bulk",
    description=(
        "Cancels bulk actions that nobody confirmed for a day, and deletes the list of records of "
        "those that ended 90 days ago. Their result stays; they can no longer be undone."
    ),
)
def bulk_clean_up() -> str:
    # Loaded by the one process a day that cleans up.
    from apps.bulk.retention import items_delete, plans_cancel

    canceled = plural(plans_cancel(), "plan")
    return f"{canceled} canceled, the records of {plural(items_delete(), 'bulk action')} deleted."
