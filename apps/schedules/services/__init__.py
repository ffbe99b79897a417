"""Services of schedules and their runs."""

from apps.schedules.services.cleanup import runs_prune, runs_sweep
from apps.schedules.services.runs import run_dispatch, run_send, schedule_run_now
from apps.schedules.services.schedules import (
    schedule_create,
    schedule_delete,
    schedule_set_enabled,
    schedule_update,
)
from apps.schedules.services.shipped_schedules import schedules_load
from apps.schedules.services.timings import timing_delete, timing_save

__all__ = [
    "run_dispatch",
    "run_send",
    "runs_prune",
    "runs_sweep",
    "schedule_create",
    "schedule_delete",
    "schedule_run_now",
    "schedule_set_enabled",
    "schedule_update",
    "schedules_load",
    "timing_delete",
    "timing_save",
]
