"""The tasks that may be scheduled, the same in web server, worker, and beat."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from django_celery_beat.models import PeriodicTask

from apps.core.port import Registry
from apps.core.schedulable import SCHEDULABLE_TASKS, SchedulableTask
from apps.core.sending import is_known_queue
from apps.core.task_arguments import by_name
from apps.schedules.shipping import Ship


def declared_tasks() -> Registry[SchedulableTask]:
    """Return every declared task by its name, importing the apps' task modules first."""
    _import_tasks()
    return SCHEDULABLE_TASKS


def shipped_schedules() -> dict[str, tuple[SchedulableTask, Ship]]:
    """Return the schedules that come with the product, by name."""
    return {shipped.name: (task_of(shipped), shipped) for shipped in settings.SCHEDULES}


def task_of(shipped: Ship) -> SchedulableTask:
    """Return the task that a shipped schedule names by its app and function. Raises `ValueError` for none."""
    for task in declared_tasks():
        if short_name(task) == shipped.task:
            return task
    known = ", ".join(sorted(map(short_name, declared_tasks())))
    raise ValueError(f"“{shipped.task}” is not a declared task. Known: {known}.")


def short_name(task: SchedulableTask) -> str:
    """Return "projects.close_week" for apps.projects.tasks.close_week."""
    return task.name.removeprefix("apps.").replace(".tasks.", ".")


@cache
def _import_tasks() -> None:
    # Celery's own way would run all of Django's system checks, one of which asks for the tasks.
    autodiscover_modules("tasks")


def label_of(task_name: str) -> str:
    declared = declared_tasks().get(task_name)
    return declared.label if declared else task_name


def problem_with(task_name: str, args: object, kwargs: object) -> str:
    """Return one sentence that says why this may not run, or nothing where it may.

    `args` and `kwargs` are values, or the JSON text that a schedule stores.
    """
    declared = declared_tasks().get(task_name)
    if declared is None:
        return f"The task “{task_name}” is not declared as one that may be scheduled."
    try:
        declared.bind(_value(args, "[]"), _value(kwargs, "{}"))
    except json.JSONDecodeError as error:
        return f"The arguments are not JSON: {error}."
    except ValueError as error:
        return str(error)
    return ""


def problem_with_schedule(schedule: PeriodicTask) -> str:
    """Return why a schedule may not run as its row says; nothing where it may."""
    if schedule.queue and not is_known_queue(schedule.queue):
        return f"No worker listens to the queue “{schedule.queue}”."
    return problem_with(schedule.task, schedule.args, schedule.kwargs)


def arguments_of(schedule: PeriodicTask) -> dict[str, Any]:
    """Return the stored arguments by name; nothing of those that cannot be read."""
    declared = declared_tasks().get(schedule.task)
    try:
        args, kwargs = json.loads(schedule.args or "[]"), json.loads(schedule.kwargs or "{}")
    except json.JSONDecodeError:
        return {}
    if declared is None or not isinstance(args, list) or not isinstance(kwargs, dict):
        return {}
    return by_name(declared.parameters, args, kwargs)


def _value(given: object, empty: str) -> Any:
    return json.loads(given or empty) if isinstance(given, str) or given is None else given
