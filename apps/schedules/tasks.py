"""The scheduled tasks that look after scheduled tasks."""

from apps.core.schedulable import schedulable
from apps.schedules.services.sweeping import runs_prune, runs_sweep


@schedulable(
    label="Sweep lost task runs",
    description="Marks runs whose worker is gone as lost, and sends again what no worker got.",
)
def sweep_task_runs() -> str:
    lost, again = runs_sweep()
    return f"{lost} lost, {again} sent again."


@schedulable(
    label="Clean up old task runs",
    description="Deletes the record of task runs after thirty days, and after two of those that come "
    "every few minutes and went well.",
)
def prune_task_runs() -> str:
    return f"{runs_prune():,} deleted."
