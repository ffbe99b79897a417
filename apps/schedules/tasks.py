"""The scheduled tasks that maintain task runs and alarms."""

from apps.core.schedulable import schedulable
from apps.schedules.services.alarms import alarms_prune
from apps.schedules.services.cleanup import runs_prune


@schedulable(
    label="Clean up old task runs",
    is_idempotent=True,
    description=(
        "Deletes records of task runs after 30 days, or after 2 days for frequent runs that "
        "succeeded."
    ),
)
def prune_task_runs() -> str:
    return f"{runs_prune():,} deleted."


@schedulable(
    label="Clean up old alarms",
    is_idempotent=True,
    description="Deletes alarms of schedules 90 days after they were over. Their history stays.",
)
def prune_alarms() -> str:
    return f"{alarms_prune():,} deleted."
