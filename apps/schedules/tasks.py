"""The scheduled tasks that maintain task runs."""

from apps.core.schedulable import Shipped, schedulable
from apps.schedules.services.cleanup import runs_prune, runs_sweep


@schedulable(
    label="Sweep lost task runs",
    is_idempotent=True,
    description=(
        "Marks runs whose worker stopped as lost, and sends runs again that no worker received."
    ),
    ships=[Shipped(every=(1, "minutes"))],
)
def sweep_task_runs() -> str:
    lost, again = runs_sweep()
    return f"{lost} lost, {again} sent again."


@schedulable(
    label="Clean up old task runs",
    is_idempotent=True,
    description=(
        "Deletes records of task runs after 30 days, or after 2 days for frequent runs that "
        "succeeded."
    ),
    ships=[Shipped(crontab="40 3 * * *")],
)
def prune_task_runs() -> str:
    return f"{runs_prune():,} deleted."
