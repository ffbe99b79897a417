"""What the bulk app plugs into core."""

from apps.bulk.models import BulkRun, Merge
from apps.bulk.work_queues import BULK, queue_for
from apps.core.job_kinds import JOB_KINDS, JobKind

JOB_KINDS.add(
    JobKind(BulkRun, "apps.bulk.tasks.bulk_run_advance", queue_for),
    JobKind(Merge, "apps.bulk.tasks.merge_advance", lambda merge: BULK),
)
