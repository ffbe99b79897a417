"""What stays writable in read-only mode: each due time gets its row, which says why it was skipped."""

from django_celery_beat.models import PeriodicTask

from apps.core.read_only import stays_writable
from apps.schedules.models import Alarm, SchedulerHeartbeat, TaskRun

stays_writable(TaskRun, because="Each due time gets its row, which says why it did not run.")
stays_writable(*(Alarm, SchedulerHeartbeat), because="The scheduler is watched all the same.")
stays_writable(
    PeriodicTask,
    columns=("last_run_at", "total_run_count"),
    because="The scheduler notes up to when it has decided.",
)
