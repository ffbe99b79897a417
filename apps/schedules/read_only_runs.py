"""Which tasks wait in read-only mode."""

from apps.core.read_only import read_only
from apps.core.schedulable import SCHEDULABLE_TASKS


def why_not_now(task_name: str) -> str:
    """Return why no run of a task may begin now, for its row; nothing where it may."""
    task = SCHEDULABLE_TASKS.get(task_name)
    if task is not None and task.runs_read_only:
        return ""
    mode = read_only()
    return mode.sentence if mode is not None else ""
