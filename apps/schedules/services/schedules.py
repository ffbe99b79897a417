"""Creates, changes, and deletes schedules, with a reason."""

import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.core.actors import Actor, require
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited
from apps.schedules import event_kinds
from apps.schedules.locks import lock_schedule
from apps.schedules.services.schedule_fields import (
    is_to_repair,
    known_arguments,
    problem_with_limits,
    refuse_what_is_over,
    stored_arguments,
    take_arguments,
    timing_fields,
    when_or_problem,
)
from apps.schedules.task_names import problem_with_schedule
from apps.schedules.timetables import decided_until

_TIMINGS = ("interval", "crontab", "solar", "clocked")
TIMING = (*_TIMINGS, "start_time")
CHANGE = "django_celery_beat.change_periodictask"
# What the form asks instead of the timings.
_IN_WORDS = ("when", "time_zone")
# Fields that the scheduler itself writes, or that celery-beat's `save` derives.
_KEPT_BY_THE_SCHEDULER = frozenset({"id", "last_run_at", "total_run_count", "date_changed"})
_DERIVED = ("exchange", "routing_key", "queue", "headers", "last_run_at", "date_changed")


@transaction.atomic
def schedule_create(*, reason: str = "", actor: Actor, **fields: object) -> PeriodicTask:
    """Store a new schedule and leave an event; `fields` are those of celery-beat's model.

    `when` is a sentence (`apps.schedules.when`), and `time_zone` the one that it counts in; `argument_days` is the
    task's argument `days`. Raises `MissingPermission`, `DomainError` for a task that is not declared, for arguments
    that it does not take, and for a time that is not understood, and `TypeError` for a field that the model does not
    have.
    """
    _require(actor, "django_celery_beat.add_periodictask")
    words = {name: fields.pop(name) for name in _IN_WORDS if name in fields}
    given = take_arguments(fields)
    schedule = PeriodicTask(**fields)
    if given:
        schedule.kwargs = json.dumps(known_arguments(schedule, given))
    _refuse_unrunnable(schedule)
    for name, value in (timing_fields(schedule, words) if words else {}).items():
        setattr(schedule, name, value)
    refuse_what_is_over(schedule)
    with audit_context(actor=actor, reason=reason.strip() or "Created"):
        schedule.save()
        _record_event(schedule, "created", {}, actor)
    return schedule


@transaction.atomic
def schedule_update(
    *, schedule: PeriodicTask, reason: str = "", actor: Actor, **changes: object
) -> PeriodicTask:
    """Change the fields of a schedule that are given, and no others; leave an event that names them.

    `when`, `time_zone`, and arguments are as for a new one. Raises `MissingPermission`, `DomainError` for a task that
    is not declared, arguments that it does not take, and a change without a reason, and `TypeError` for a field that
    cannot be changed. A schedule that is enabled again, or gets another time, waits for its next time: it does not
    catch up what it missed.
    """
    _require(actor, CHANGE)
    words = {name: changes.pop(name) for name in _IN_WORDS if name in changes}
    given = take_arguments(changes)
    _refuse_unknown(changes)
    locked = lock_schedule(schedule)
    was_due = when_or_problem(locked)
    if words:
        changes |= timing_fields(locked, words)
    if given or "task" in changes or is_to_repair(locked, changes):
        changes |= stored_arguments(locked, changes, given)
    before = {name: getattr(locked, name) for name in changes}
    changes = {name: value for name, value in changes.items() if value != before[name]}
    if not changes:
        return locked
    if locked.last_run_at is None and not locked.clocked_id:
        # `save` moves the date of the last change, from which a schedule without runs is counted.
        locked.last_run_at = decided_until(locked)
    was_enabled = locked.enabled
    for name, value in changes.items():
        setattr(locked, name, value)
    _refuse_unrunnable(locked)
    if set(changes) & {"enabled", "expires", *TIMING}:
        refuse_what_is_over(locked)
    if not reason.strip():
        raise DomainError("A reason is required to change a schedule.")
    if not was_enabled or set(changes) & set(TIMING):
        locked.last_run_at = timezone.now()
    values = {
        name: [_json(before[name]), _json(value)]
        for name, value in changes.items()
        if name not in _TIMINGS
    }
    if set(changes) & set(_TIMINGS):
        values["when"] = [was_due, when_or_problem(locked)]
    with audit_context(actor=actor, reason=reason):
        locked.save(update_fields={*changes, *_DERIVED})
        _record_event(locked, "changed", values, actor)
    return locked


@transaction.atomic
def schedule_set_enabled(
    *, schedule: PeriodicTask, enabled: bool, reason: str, actor: Actor
) -> bool:
    """Enable or disable a schedule; return whether that changed anything.

    Raises `MissingPermission`, and `DomainError` without a reason.
    """
    _require(actor, CHANGE)
    fresh = lock_schedule(schedule)
    if fresh.enabled == enabled:
        return False
    if not enabled and reason.strip():
        # It must be possible to stop a schedule whose task no longer exists, so the task is not
        # checked.
        fresh.enabled = enabled
        with audit_context(actor=actor, reason=reason):
            fresh.save(update_fields={"enabled", *_DERIVED})
            _record_event(fresh, "disabled", {"enabled": [True, False]}, actor)
        return True
    schedule_update(schedule=schedule, enabled=enabled, reason=reason, actor=actor)
    return True


@transaction.atomic
def schedule_delete(*, schedule: PeriodicTask, actor: Actor) -> None:
    """Delete a schedule; its runs stay. Raises `MissingPermission`. The caller gives the reason."""
    _require(actor, "django_celery_beat.delete_periodictask")
    locked = lock_schedule(schedule)
    _record_event(locked, "deleted", {}, actor)
    locked.delete()


def _require(actor: Actor, permission: str) -> None:
    require(actor, permission)
    refuse_limited(actor, "Scheduled tasks affect every organization.")


def _refuse_unknown(changes: dict[str, Any]) -> None:
    fields = {field.name for field in PeriodicTask._meta.concrete_fields}
    if unknown := changes.keys() - (fields - _KEPT_BY_THE_SCHEDULER):
        raise TypeError(f"schedule_update() cannot change {', '.join(sorted(unknown))}.")


def _refuse_unrunnable(schedule: PeriodicTask) -> None:
    if problem := problem_with_schedule(schedule) or problem_with_limits(schedule):
        raise DomainError(problem)
    if not str(schedule.name).strip():
        raise DomainError("A schedule needs a name.")


def _record_event(
    schedule: PeriodicTask, what: str, changes: dict[str, list[Any]], actor: Actor
) -> None:
    record_event(
        event_kinds.SCHEDULE_CHANGE,
        actor=actor,
        target=schedule,
        schedule=schedule.name,
        what=what,
        changes=changes,
    )


def _json(value: object) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
