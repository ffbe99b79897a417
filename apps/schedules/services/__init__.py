"""Services of schedules and their runs."""

from apps.schedules.services.alarms import (
    alarm_acknowledge,
    alarms_prune,
    alarms_sweep,
    scheduler_check,
)
from apps.schedules.services.cleanup import runs_prune, runs_sweep
from apps.schedules.services.decisions import run_can_be_stopped, run_cancel, run_leave, run_repeat
from apps.schedules.services.due_times import schedule_settle, schedules_settle
from apps.schedules.services.ownership import schedule_set_owner
from apps.schedules.services.pauses import schedules_pause, schedules_resume
from apps.schedules.services.runs import run_send, schedule_run_now
from apps.schedules.services.schedules import (
    schedule_create,
    schedule_delete,
    schedule_set_enabled,
    schedule_update,
)
from apps.schedules.services.shipped_schedules import schedules_load

__all__ = [
    "alarm_acknowledge",
    "alarms_prune",
    "alarms_sweep",
    "run_can_be_stopped",
    "run_cancel",
    "run_leave",
    "run_repeat",
    "run_send",
    "runs_prune",
    "runs_sweep",
    "schedule_create",
    "schedule_delete",
    "schedule_run_now",
    "schedule_set_enabled",
    "schedule_set_owner",
    "schedule_settle",
    "schedule_update",
    "scheduler_check",
    "schedules_load",
    "schedules_pause",
    "schedules_resume",
    "schedules_settle",
]
