"""The tasks that may be scheduled, the same in web server, worker, and beat."""

import json
from functools import cache
from typing import Any

from celery import current_app
from django_celery_beat.models import PeriodicTask

from apps.core.port import Registry
from apps.core.schedulable import SCHEDULABLE_TASKS, SchedulableTask, Shipped
from apps.core.sending import is_known_queue


def declared_tasks() -> Registry[SchedulableTask]:
    """Return every declared task by its name, importing the apps' task modules first."""
    _import_tasks()
    return SCHEDULABLE_TASKS


def shipped_schedules() -> dict[str, tuple[SchedulableTask, Shipped]]:
    """Return the schedules that come with the declared tasks, by name."""
    return {
        shipped.name or task.label: (task, shipped)
        for task in declared_tasks()
        for shipped in task.ships
    }


@cache
def _import_tasks() -> None:
    # Cached: each call would run all of Django's system checks, 0.4 seconds for each row of a
    # list.
    current_app.loader.import_default_modules()


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


def _value(given: object, empty: str) -> Any:
    return json.loads(given or empty) if isinstance(given, str) or given is None else given
