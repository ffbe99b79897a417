"""Turns what a form says of a schedule's time and arguments into celery-beat's fields."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.core.errors import DomainError
from apps.schedules.task_names import arguments_of, declared_tasks, problem_with_schedule
from apps.schedules.timetables import due_after
from apps.schedules.timing import EARLIEST, LATEST, Once, store, timing_of, zone_of
from apps.schedules.when import parse
from apps.schedules.when_in_words import in_words, with_zone

# What names a task's argument among the fields of a schedule's form.
ARGUMENT = "argument_"


def take_arguments(fields: dict[str, Any]) -> dict[str, Any]:
    """Take the task's arguments out of the fields of a form."""
    names = [name for name in fields if name.startswith(ARGUMENT)]
    return {name.removeprefix(ARGUMENT): fields.pop(name) for name in names}


def known_arguments(schedule: PeriodicTask, given: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the task does not take, and what is empty: of that it has its own default."""
    task = declared_tasks().get(schedule.task)
    parameters = task.parameters if task else {}
    return {
        name: value
        for name, value in given.items()
        if name in parameters and (parameters[name].required or value not in ("", None))
    }


def is_to_repair(schedule: PeriodicTask, changes: dict[str, Any]) -> bool:
    """Tell whether a form is saved whose stored arguments no form can have written."""
    return bool(set(changes) - {"enabled"}) and bool(problem_with_schedule(schedule))


def stored_arguments(
    schedule: PeriodicTask, changes: dict[str, Any], given: dict[str, Any]
) -> dict[str, object]:
    task = PeriodicTask(task=changes.get("task", schedule.task))
    values = known_arguments(task, {**arguments_of(schedule), **given})
    if values == arguments_of(schedule) and not problem_with_schedule(schedule):
        return {}
    return {"args": "[]", "kwargs": json.dumps(values)}


def timing_fields(schedule: PeriodicTask, words: dict[str, Any]) -> dict[str, object]:
    """Return the fields for the sentence and the time zone of a form; what it leaves out stays."""
    try:
        sentence = words.get("when") or in_words(timing_of(schedule))
        timing = parse(sentence, words.get("time_zone") or zone_of(schedule))
    except ValueError as error:
        raise DomainError(str(error)) from None
    if isinstance(timing, Once) and timing.at <= timezone.now():
        raise DomainError(f"“{sentence}” is in the past.")
    found = store(timing)
    if not isinstance(timing, Once) and schedule.clocked_id is None:
        # One that ends after its next run goes on to do so.
        found.pop("one_off")
    return found


def problem_with_limits(schedule: PeriodicTask) -> str:
    """Return why the limits of a schedule's times cannot be stored; nothing where they can."""
    begins, ends = schedule.start_time, schedule.expires
    for name, moment in (("Not before", begins), ("Not after", ends)):
        if moment is not None and not EARLIEST <= moment <= LATEST:
            return f"“{name}” must be between the years {EARLIEST.year} and {LATEST.year}."
    if begins is not None and ends is not None and ends <= begins:
        return "“Not after” must be later than “Not before”."
    if ends is not None and schedule.expire_seconds is not None:
        return "Set “Not after” or “Seconds it may wait”, not both."
    return ""


def when_or_problem(schedule: PeriodicTask) -> str:
    try:
        return with_zone(timing_of(schedule))
    except ValueError as error:
        return str(error)


def refuse_what_is_over(schedule: PeriodicTask) -> None:
    """Raise `DomainError` for an enabled schedule that has no time to come."""
    if not schedule.enabled:
        return
    try:
        upcoming = next(due_after(schedule, timezone.now()), None)
    except ValueError:  # A broken one says so elsewhere.
        return
    if upcoming is None:
        raise DomainError("It would never run: its time is over. Change “When” or “Not after”.")
