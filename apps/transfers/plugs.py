"""What the import and export engine plugs into core."""

from apps.core.job_kinds import JOB_KINDS, JobKind
from apps.transfers.models import ExportRun, ImportRun, UndoRun
from apps.transfers.work_queues import queue_for

JOB_KINDS.add(
    JobKind(ImportRun, "apps.transfers.tasks.import_run_advance", queue_for),
    JobKind(UndoRun, "apps.transfers.tasks.undo_run_advance", queue_for),
    JobKind(ExportRun, "apps.transfers.tasks.export_run_advance", queue_for),
)
