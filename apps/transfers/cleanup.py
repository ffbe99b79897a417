"""Deletes what is kept only for a time: exported files and the rows of plans."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from apps.transfers import registry
from apps.transfers.engine.retention import run_tables_thin
from apps.transfers.models import ExportRun, ImportRun
from apps.transfers.models.uploads import private_storage
from apps.transfers.options import Findings

# An import can be undone while its rows are stored.
PLAN_KEPT_FOR = timedelta(days=180)
UNFINISHED_KEPT_FOR = timedelta(days=30)


def exports_clean_up() -> int:
    count = 0
    for export in ExportRun.objects.filter(
        state=ExportRun.State.READY, expires_at__lt=timezone.now()
    ):
        private_storage().delete(export.path)
        export.state, export.path = ExportRun.State.EXPIRED, ""
        export.save(update_fields=["state", "path"])
        count += 1
    return count


def samples_forget(run: ImportRun) -> None:
    """Remove the file's cells from a run's findings; the caller saves them.

    They are used to match columns and words before the run is planned, and never shown later.
    """
    found = Findings.from_json(run.findings)
    found.samples, found.column_samples, found.words = [], [], {}
    run.findings = found.to_json() if run.findings else run.findings


def plans_clean_up() -> int:
    """Drop the rows of runs that ended long ago, or that nobody continued."""
    now = timezone.now()
    old = ImportRun.objects.filter(rows_dropped_at=None).filter(
        Q(ended_at__lt=now - PLAN_KEPT_FOR)
        | Q(state__in=ImportRun.WAITING_STATES, created_at__lt=now - UNFINISHED_KEPT_FOR)
    )
    count = 0
    for run in old:
        if run.state in ImportRun.WAITING_STATES:
            run.state, run.ended_at = ImportRun.State.CANCELED, now
            run.error = "It wasn't continued, so its rows were deleted."
        run_tables_thin(run, registry.find(run.dataset))
        samples_forget(run)
        run.rows_dropped_at = now
        run.save(update_fields=["state", "ended_at", "error", "rows_dropped_at", "findings"])
        count += 1
    return count
