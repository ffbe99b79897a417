"""Which Celery tasks may be put on a schedule.

Declared in `core`, because tasks of every app are scheduled and apps on one floor do not know each
other; the schedules themselves, and the record of each run, are in `apps.schedules`, which plugs its
recorder into the port `TASK_RUNS`.
"""

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from celery import Task, shared_task

from apps.core.port import Port

# The key of the run that this code works in, for rows that want to name it.
current_run_id: ContextVar[int | None] = ContextVar("current_run_id", default=None)
# When that run was due, which names its occasion however late or often it runs.
current_due_at: ContextVar[datetime | None] = ContextVar("current_due_at", default=None)


@dataclass(frozen=True)
class SchedulableTask:
    """A task that staff may schedule: its Celery name, its name for people, what it does."""

    name: str
    label: str
    description: str
    function: Callable[..., Any]

    def bind(self, args: object, kwargs: object) -> None:
        """Raise `ValueError` with a sentence where the task cannot be called with these."""
        if not isinstance(args, list):
            raise ValueError("The positional arguments must be a JSON list, such as [].")
        if not isinstance(kwargs, dict):
            raise ValueError("The keyword arguments must be a JSON object, such as {}.")
        try:
            inspect.signature(self.function).bind(*args, **kwargs)
        except TypeError as error:
            takes = ", ".join(inspect.signature(self.function).parameters) or "no arguments"
            raise ValueError(f"“{self.label}” takes {takes}: {error}.") from None


# Called as recorder(task, function, args, kwargs) when a worker runs a declared task.
Recorder = Callable[[Any, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]
TASK_RUNS = Port[Recorder]("task runs", "how a scheduled task's run is recorded")

registry: dict[str, SchedulableTask] = {}


def schedulable(*, label: str, description: str, **options: Any) -> Callable[..., Any]:
    """Declare a function as a Celery task that may be scheduled.

    The task's return value is what its run "says": one sentence for people. `options` go to
    `shared_task`. Called directly, as tests and services do, it is the plain function.
    """

    def declare(function: Callable[..., Any]) -> Any:
        @wraps(function)
        def body(task: Task, *args: object, **kwargs: object) -> Any:
            if task.request.called_directly:
                return function(*args, **kwargs)
            return TASK_RUNS.get()(task, function, args, kwargs)

        # Without this Celery would check arguments against the wrapped function, self and all.
        del body.__wrapped__
        celery_task = shared_task(**{"typing": False, **options, "bind": True})(body)
        registry[celery_task.name] = SchedulableTask(celery_task.name, label, description, function)
        return celery_task

    return declare
