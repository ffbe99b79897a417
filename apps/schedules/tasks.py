"""The scheduled tasks that maintain task runs and alarms."""

from typing import Annotated

from apps.core.schedulable import schedulable
from apps.core.task_arguments import Argument
from apps.core.wording import plural
from apps.schedules.retention import KEPT_DAYS, KEPT_RUNS
from apps.schedules.services import alarms
from apps.schedules.services.cleanup import runs_prune

# Alarms look at the latest 40 runs of a schedule, and the list of runs is there to look back a week.
Days = Annotated[int, Argument("Days", "Records that are older are deleted.", least=7, most=3650)]
Runs = Annotated[
    int,
    Argument(
        "Runs of each schedule",
        "The newest are kept: so many that ended badly, and so many others.",
        least=100,
        most=100_000,
    ),
]


@schedulable(
    label="Clean up old task runs",
    is_idempotent=True,
    description=(
        "Deletes records of task runs after some days, and of each schedule all but the newest. A lost run that "
        "waits for a decision stays."
    ),
)
def prune_task_runs(days: Days = KEPT_DAYS, runs: Runs = KEPT_RUNS) -> str:
    return f"{plural(runs_prune(days=days, most=runs), 'run')} deleted."


@schedulable(
    label="Clean up old alarms",
    is_idempotent=True,
    description="Deletes alarms of schedules some days after they were over. Their history stays.",
)
def prune_alarms(days: Days = alarms.KEPT_DAYS) -> str:
    return f"{plural(alarms.alarms_prune(days=days), 'alarm')} deleted."
