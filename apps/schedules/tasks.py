"""The scheduled task that maintains task runs."""

from apps.core.schedulable import schedulable
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
