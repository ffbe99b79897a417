"""The messages: hints that a run may have work. The worker that gets one claims the run, or drops
the message.
"""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.db import InterfaceError, OperationalError

from apps.core.jobs import Job, waiting_jobs
from apps.core.schedulable import schedulable
from apps.core.sending import listens_to, send_after_commit, send_now
from apps.transfers.models import ExportRun, ImportRun, UndoRun

JOBS_SWEEP = "apps.transfers.tasks.jobs_sweep"
INTERACTIVE, BULK = "interactive", "bulk"
MANY_ROWS = 10_000
# The database may have been away, for minutes where it recovers from a crash. The sweep does the rest.
PASSING: dict[str, Any] = {
    "autoretry_for": (OperationalError, InterfaceError),
    "retry_backoff": 2,
    "retry_backoff_max": 5,
    "max_retries": 20,
}


@shared_task(**PASSING, work_queue=INTERACTIVE)
def import_run_advance(run_id: int) -> None:
    # The engine is loaded where the work is done, and not by all that send it there.
    from apps.transfers.engine.driver import advance

    advance(run_id)


@shared_task(**PASSING, work_queue=INTERACTIVE)
def undo_run_advance(undo_run_id: int) -> None:
    # The engine is loaded where the work is done, and not by all that send it there.
    from apps.transfers.engine.undo.driver import advance

    advance(undo_run_id)


@shared_task(**PASSING, work_queue=BULK)
def export_run_advance(export_run_id: int) -> None:
    # The engine is loaded where the work is done, and not by all that send it there.
    from apps.transfers.engine.export.driver import advance

    advance(export_run_id)


def import_run_advance_later(run: ImportRun) -> None:
    """Send the hint after the commit. A command does the work itself and needs none."""
    if run.source != "command":
        send_after_commit(import_run_advance, run.pk, swept_by=JOBS_SWEEP, queue=queue_for(run))


def queue_for(job: Job) -> str:
    """Return the queue of a job: a person who brings fifty rows does not wait behind a million.

    Of an import that is still to be read, the number of rows is not known; reading takes seconds.
    """
    if isinstance(job, ExportRun):
        return BULK
    rows = job.rows_to_do if isinstance(job, UndoRun) else getattr(job, "rows", 0)
    return BULK if rows > MANY_ROWS else INTERACTIVE


@schedulable(
    label="Pick up abandoned jobs",
    is_idempotent=True,
    description="Starts imports, undos, and exports that no worker took or whose worker stopped.",
)
def jobs_sweep() -> str:
    tasks: dict[type[Job], Any] = {
        ImportRun: import_run_advance,
        UndoRun: undo_run_advance,
        ExportRun: export_run_advance,
    }
    jobs: list[Job] = waiting_jobs(tasks)
    for job in jobs:
        send_now(tasks[type(job)].name, [job.pk], queue=queue_for(job))
    return f"{len(jobs)} jobs were picked up." if jobs else "No job was waiting."


@worker_ready.connect
def sweep_at_start(sender: object, **_kwargs: object) -> None:
    if listens_to(sender, jobs_sweep.work_queue):
        send_now(JOBS_SWEEP)


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
