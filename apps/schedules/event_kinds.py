"""Events of schedules."""

from apps.audit.kinds import Data, EventKind

SCHEDULE_CHANGE = EventKind("schedule_change", "Changed a schedule", icon="schedule")


def _run_now(data: Data) -> str:
    return f"ran it by hand, as run {data['run']}" if "run" in data else ""


TASK_RUN_NOW = EventKind(
    "task_run_now", "Ran a task by hand", icon="play_circle", sentence=_run_now
)
