"""System checks of the declared tasks and of `config/schedules.py`."""

from collections import Counter
from contextlib import suppress

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from apps.core.sending import is_known_queue
from apps.schedules.shipping import Ship
from apps.schedules.task_names import declared_tasks, task_of
from apps.schedules.when import parse


@register
def check_task_arguments(**_: object) -> list[CheckMessage]:
    """A form can be made of the arguments of each declared task."""
    found: list[CheckMessage] = []
    for task in declared_tasks():
        try:
            with suppress(ValueError):
                task.bind([], {})
        except TypeError as error:
            found.append(Error(str(error), id="schedules.E003"))
        if not is_known_queue(task.queue):
            found.append(
                Error(
                    f"The task {task.name} names the queue “{task.queue}”, which config/queues.py does not have.",
                    id="schedules.E004",
                )
            )
    return found


@register
def check_shipped_schedules(**_: object) -> list[CheckMessage]:
    """Each shipped schedule names a declared task, arguments that it takes, and a time that is understood."""
    found: list[CheckMessage] = []
    for shipped in settings.SCHEDULES:
        for problem in _problems(shipped):
            found.append(
                Error(f"“{shipped.name}” in config/schedules.py: {problem}", id="schedules.E001")
            )
    names = Counter(shipped.name for shipped in settings.SCHEDULES)
    return found + [
        Error(f"Two schedules in config/schedules.py are called “{name}”.", id="schedules.E002")
        for name, count in names.items()
        if count > 1
    ]


def _problems(shipped: Ship) -> list[str]:
    found = []
    try:
        task_of(shipped).bind([], dict(shipped.arguments))
    except (TypeError, ValueError) as error:
        found.append(str(error))
    try:
        parse(shipped.when)
    except ValueError as error:
        found.append(str(error))
    return found
