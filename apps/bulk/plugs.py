"""What the bulk app plugs into core."""

from apps.bulk.models import BulkRun
from apps.bulk.work_queues import queue_for
from apps.core.job_kinds import JOB_KINDS, JobKind

JOB_KINDS.add(JobKind(BulkRun, "apps.bulk.tasks.bulk_run_advance", queue_for))
