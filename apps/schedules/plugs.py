"""A declared task that a worker takes from the queue becomes a run."""

from apps.core.schedulable import TASK_RUNS
from apps.schedules.recorder import run_recorded

TASK_RUNS.plug(run_recorded)
