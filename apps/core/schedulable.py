"""The Celery tasks that staff may schedule.

They are declared in `core`, because every app has scheduled tasks, and apps of one layer do not
know each other. The schedules and the record of each run are in `apps.schedules`, which plugs its
recorder into the port `TASK_RUNS`.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property, wraps
from typing import Any

from celery import Task, shared_task

from apps.core.port import Port, Registry
from apps.core.task_arguments import Parameter, parameters_of, problem_with_arguments

_TIME_TO_END = timedelta(seconds=30)

# The key of the current run, for rows that refer to it.
current_run_id: ContextVar[int | None] = ContextVar("current_run_id", default=None)
# When that run was due. It identifies the occasion, however late or often it runs.
current_due_at: ContextVar[datetime | None] = ContextVar("current_due_at", default=None)


class Missed(StrEnum):
    """What happens to due times that passed while no scheduler was running."""

    SKIP = "skip"  # None of them runs.
    ONCE = "once"  # One run makes up for all of them.
    ALL = "all"  # Each runs, one after the other; `current_due_at` tells which one.


@dataclass(frozen=True)
class SchedulableTask:
    """A task that staff may schedule: its Celery name, its name for people, what it does, how it is run."""

    name: str
    label: str
    description: str
    function: Callable[..., Any]
    missed: Missed = Missed.ONCE
    # Whether a run may begin while an earlier one of the same schedule has not ended.
    may_overlap: bool = False
    queue: str = "schedules"
    # Whether half a run may be done again: a run whose worker was lost is then started again by itself.
    is_idempotent: bool = False
    # A run that takes longer is ended, and has failed.
    time_limit: timedelta = timedelta(hours=1)
    # Whether a run may be stopped halfway. Otherwise it is left to its end.
    is_interruptible: bool = True
    # Whether it also runs in read-only mode, because it changes no records.
    runs_read_only: bool = False

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """What it takes, by name. Raises `TypeError` where no form can be made of it."""
        return parameters_of(self.function)

    def bind(self, args: object, kwargs: object) -> None:
        """Raise `ValueError` with a sentence if the task cannot be called with these arguments."""
        if problem := problem_with_arguments(self.parameters, args, kwargs):
            raise ValueError(f"“{self.label}”: {problem}")


# Called as recorder(task, function, args, kwargs) when a worker runs a declared task.
Recorder = Callable[[Any, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]
TASK_RUNS = Port[Recorder]("task runs", "how a scheduled task's run is recorded")

SCHEDULABLE_TASKS = Registry[SchedulableTask](
    "schedulable tasks", "what staff can put on a schedule", key=lambda task: task.name
)


def schedulable(
    *,
    label: str,
    description: str,
    missed: Missed = Missed.ONCE,
    may_overlap: bool = False,
    queue: str = "schedules",
    is_idempotent: bool = False,
    time_limit: timedelta = timedelta(hours=1),
    is_interruptible: bool = True,
    runs_read_only: bool = False,
    name: str = "",
) -> Callable[..., Any]:
    """Declare a function as a Celery task that may be scheduled.

    The task's return value is its run's message: one sentence for people. Called directly, as tests
    and services do, it is the plain function. `name` is that of the function unless it is given.
    """

    def declare(function: Callable[..., Any]) -> Any:
        @wraps(function)
        def body(task: Task, *args: object, **kwargs: object) -> Any:
            if task.request.called_directly:
                return function(*args, **kwargs)
            return TASK_RUNS.get()(task, function, args, kwargs)

        # Without this, Celery would check the arguments against the wrapped function, including
        # self.
        del body.__wrapped__
        limits = {
            # In the task, so that it may end in order; and from outside, where it does not listen.
            "soft_time_limit": time_limit.total_seconds(),
            "time_limit": (time_limit + _TIME_TO_END).total_seconds(),
        }
        given: dict[str, Any] = {"typing": False, "work_queue": queue, **limits, "bind": True}
        given |= {"is_interruptible": is_interruptible} | ({"name": name} if name else {})
        celery_task = shared_task(**given)(body)
        SCHEDULABLE_TASKS.add(
            SchedulableTask(
                celery_task.name,
                label,
                description,
                function,
                missed,
                may_overlap,
                queue,
                is_idempotent,
                time_limit,
                is_interruptible,
                runs_read_only,
            ),
            module=function.__module__,
        )
        return celery_task

    return declare
