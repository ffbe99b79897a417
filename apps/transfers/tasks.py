"""The messages: hints that a run may have work. The worker that gets one claims the run's row, or drops it."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.core.mail import send_mail
from django.db import InterfaceError, OperationalError
from django.urls import reverse

from apps.core.jobs import Job, waiting_jobs
from apps.core.schedulable import schedulable
from apps.core.sending import send_after_commit, send_now
from apps.transfers.models import ExportRun, ImportRun, UndoRun

JOBS_SWEEP = "apps.transfers.tasks.jobs_sweep"
# The database may have been away; a claim that could be given back is taken again.
PASSING: dict[str, Any] = {
    "autoretry_for": (OperationalError, InterfaceError),
    "retry_backoff": 2,
    "max_retries": 3,
}


@shared_task(**PASSING)
def import_run_advance(run_id: int) -> None:
    from apps.transfers.engine.running import advance

    advance(run_id)


@shared_task(**PASSING)
def undo_run_advance(undo_run_id: int) -> None:
    from apps.transfers.engine.undoing import advance

    advance(undo_run_id)


@shared_task(**PASSING)
def export_run_advance(export_run_id: int) -> None:
    from apps.transfers.engine.exporting import advance

    advance(export_run_id)


@shared_task
def import_run_mail(run_id: int) -> None:
    """Tell the agent that his import has ended."""
    run = ImportRun.objects.select_related("user", "upload").get(pk=run_id)
    if run.user is None:
        return
    results = run.results
    numbers = {
        "created": results.get("created", 0),
        "updated": results.get("updated", 0),
        "unchanged": run.counts.get("unchanged", 0),
        "refused": run.counts.get("refused", 0) + results.get("refused", 0),
        "changed by others meanwhile and left alone": results.get("drifted", 0),
    }
    lines = [
        f"{run.upload.name} → {run.dataset}: {run.get_state_display().lower()}.",
        (", ".join(f"{rows:,} {word}" for word, rows in numbers.items() if rows) or "No row") + ".",
        *([run.error] if run.error else []),
        f"{settings.SITE_URL}{reverse('admin:transfers_importrun_change', args=[run.pk])}",
    ]
    send_mail(
        subject=f"Import of {run.upload.name}: {run.get_state_display().lower()}",
        message="\n".join(lines),
        from_email=None,
        recipient_list=[run.user.email],
    )


@shared_task
def export_run_mail(export_run_id: int) -> None:
    """Tell the person that his export is ready, with the link that is his alone."""
    run = ExportRun.objects.select_related("user").get(pk=export_run_id)
    if run.user is None:
        return
    send_mail(
        subject=f"Your export of {run.dataset} is ready",
        message=f"{run.rows or 0:,} rows, kept until {run.expires_at:%Y-%m-%d}.\n"
        f"{settings.SITE_URL}{reverse('admin:transfers_exportrun_change', args=[run.pk])}",
        from_email=None,
        recipient_list=[run.user.email],
    )


def import_run_advance_later(run: ImportRun) -> None:
    """Send the hint when the transaction is committed. A command works by itself and needs none."""
    if run.door != "command":
        send_after_commit(import_run_advance, run.pk, swept_by=JOBS_SWEEP)


@schedulable(
    label="Pick up abandoned jobs",
    description="Starts imports, undos and exports that nobody started or whose worker is gone.",
)
def jobs_sweep() -> str:
    tasks: dict[type[Job], Any] = {
        ImportRun: import_run_advance,
        UndoRun: undo_run_advance,
        ExportRun: export_run_advance,
    }
    jobs: list[Job] = waiting_jobs(tasks)
    for job in jobs:
        send_now(tasks[type(job)].name, [job.pk])
    return f"{len(jobs)} jobs were picked up." if jobs else "No job was waiting."


@worker_ready.connect
def sweep_at_start(**_kwargs: object) -> None:
    send_now(JOBS_SWEEP)


@schedulable(
    label="Delete old uploads",
    description="Deletes uploaded and exported files whose time has come, and the rows of old imports.",
)
def transfers_clean_up() -> str:
    from apps.transfers.cleaning import exports_clean_up, plans_clean_up
    from apps.transfers.uploads import uploads_clean_up

    return (
        f"{uploads_clean_up()} uploads, {exports_clean_up()} exports and the rows of "
        f"{plans_clean_up()} imports were deleted."
    )
