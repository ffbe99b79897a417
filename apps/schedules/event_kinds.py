"""Events of schedules."""

from apps.audit.kinds import Data, EventKind

SCHEDULE_CHANGE = EventKind("schedule_change", "Changed a schedule", icon="schedule")


def _run_now(data: Data) -> str:
    if "run" not in data:
        return ""
    if "again" in data:
        return f"ran run {data['again']} again, as run {data['run']}"
    return f"ran it by hand, as run {data['run']}"


TASK_RUN_NOW = EventKind(
    "task_run_now", "Ran a task by hand", icon="play_circle", sentence=_run_now
)


def _canceled(data: Data) -> str:
    return f"canceled run {data['run']}" if "run" in data else ""


TASK_RUN_CANCELED = EventKind(
    "task_run_canceled", "Canceled a run", icon="cancel", sentence=_canceled
)


def _paused(data: Data) -> str:
    return "resumed all schedules" if data.get("resumed") else "paused all schedules"


SCHEDULES_PAUSED = EventKind(
    "schedules_paused", "Paused or resumed all schedules", icon="pause_circle", sentence=_paused
)


def _left(data: Data) -> str:
    return f"left run {data['run']}, which was lost" if "run" in data else ""


TASK_RUN_LEFT = EventKind(
    "task_run_left", "Left a lost run", icon="do_not_disturb_on", sentence=_left
)
