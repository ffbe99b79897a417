"""A declared task that a worker takes from the queue becomes a run; a sentence becomes due times."""

from apps.core.schedulable import TASK_RUNS
from apps.core.timetables import TIMETABLES
from apps.schedules.recorder import run_recorded
from apps.schedules.timetable_reading import read_timetable

TASK_RUNS.plug(run_recorded)
TIMETABLES.plug(read_timetable)
