"""The messages: hints that a bulk action or a merge may have work."""

from celery import shared_task

from apps.bulk.work_queues import BULK, INTERACTIVE
from apps.core.job_kinds import TRIED_AGAIN
from apps.core.schedulable import schedulable
from apps.core.wording import plural


@shared_task(**TRIED_AGAIN, work_queue=INTERACTIVE)
def bulk_run_advance(run_id: int) -> None:
    # The engine is loaded where the work is done, and not by all that send it there.
    from apps.bulk.engine.driver import advance

    advance(run_id)


@shared_task(**TRIED_AGAIN, work_queue=BULK)
def merge_advance(merge_id: int) -> None:
    # Loaded where the work is done, as above.
    from apps.bulk.engine.merge_driver import advance_merge

    advance_merge(merge_id)


@schedulable(
    label="Delete old bulk plans",
    is_idempotent=True,
    queue="bulk",
    description=(
        "Cancels bulk actions that nobody confirmed for a day, and deletes the list of records of "
        "those that ended 90 days ago, and of merges. Their result stays; they can no longer be undone."
    ),
)
def bulk_clean_up() -> str:
    # Loaded by the one process a day that cleans up.
    from apps.bulk.retention import items_delete, merged_rows_delete, plans_cancel

    canceled = plural(plans_cancel(), "plan")
    deleted = f"the records of {plural(items_delete(), 'bulk action')}"
    return f"{canceled} canceled, {deleted} and {plural(merged_rows_delete(), 'merge')} deleted."
