"""What happens to schedules."""

from apps.audit.kinds import EventKind

SCHEDULE_CHANGE = EventKind("schedule_change", "Changed a schedule", icon="schedule")
TASK_RUN_NOW = EventKind("task_run_now", "Ran a task by hand")
