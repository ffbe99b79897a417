"""The messages: hints that a run may have work. The worker that gets one claims the run, or drops
the message.
"""

from celery import shared_task

from apps.core.job_kinds import JOBS_SWEEP, TRIED_AGAIN
from apps.core.schedulable import schedulable
from apps.core.sending import send_after_commit
from apps.transfers.models import ImportRun
from apps.transfers.work_queues import BULK, INTERACTIVE, queue_for


@shared_task(**TRIED_AGAIN, work_queue=INTERACTIVE)
def import_run_advance(run_id: int) -> None:
    # The engine is loaded where the work is done, and not by all that send it there.
    from apps.transfers.engine.driver import advance

    advance(run_id)


@shared_task(**TRIED_AGAIN, work_queue=INTERACTIVE)
def undo_run_advance(undo_run_id: int) -> None:
    # The engine is loaded where the work is done, and not by all that send it there.
    from apps.transfers.engine.undo.driver import advance

    advance(undo_run_id)


@shared_task(**TRIED_AGAIN, work_queue=BULK)
def export_run_advance(export_run_id: int) -> None:
    # The engine is loaded where the work is done, and not by all that send it there.
    from apps.transfers.engine.export.driver import advance

    advance(export_run_id)


def import_run_advance_later(run: ImportRun) -> None:
    """Send the hint after the commit. A command does the work itself and needs none."""
    if run.source != "command":
        send_after_commit(import_run_advance, run.pk, swept_by=JOBS_SWEEP, queue=queue_for(run))


@schedulable(
    label="Delete old uploads",
    is_idempotent=True,
    queue="bulk",
    description=(
        "Deletes uploaded and exported files at the end of their retention time, and the rows "
        "of old imports."
    ),
)
def transfers_clean_up() -> str:
    # Loaded by the one process a day that cleans up.
    from apps.transfers.cleanup import exports_clean_up, plans_clean_up
    from apps.transfers.uploads import uploads_clean_up

    return (
        f"{uploads_clean_up()} uploads, {exports_clean_up()} exports and the rows of "
        f"{plans_clean_up()} imports were deleted."
    )
