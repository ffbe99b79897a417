"""Which Celery tasks may be put on a schedule.

Declared in `core`, because tasks of every app are scheduled and apps on one floor do not know each
other; the schedules themselves, and the record of each run, are in `apps.schedules`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery import shared_task


@dataclass(frozen=True)
class SchedulableTask:
    """A task that staff may schedule: its Celery name, its name for people, what it does."""

    name: str
    label: str
    description: str


registry: dict[str, SchedulableTask] = {}


def schedulable(*, label: str, description: str, **options: Any) -> Callable[..., Any]:
    """Declare a function as a Celery task that may be scheduled.

    The task's return value is what its run "says": one sentence for people. `options` go to
    `shared_task`.
    """

    def declare(function: Callable[..., Any]) -> Any:
        task = shared_task(**options)(function)
        registry[task.name] = SchedulableTask(task.name, label, description)
        return task

    return declare
