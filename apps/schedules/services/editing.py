"""Changing a schedule, with a reason."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.core.errors import DomainError, MissingPermission
from apps.schedules.declared import problem_with

TIMING = ("interval_id", "crontab_id", "solar_id", "clocked_id", "start_time")
_WATCHED = (
    "name",
    "task",
    *TIMING,
    "args",
    "kwargs",
    "enabled",
    "one_off",
    "queue",
    "priority",
    "expires",
    "expire_seconds",
    "description",
)


@transaction.atomic
def schedule_save(*, schedule: PeriodicTask, reason: str, actor: Any) -> PeriodicTask:
    """Store a new or an edited schedule, and leave an event that says what changed.

    The caller has checked the permission. Raises `DomainError` for a task that is not declared,
    arguments that it does not take, and a change without a reason. A schedule that is enabled
    again, or gets another time, waits for its next time: it does not catch up what it missed.
    """
    problem = problem_with(schedule.task, schedule.args, schedule.kwargs)
    if problem:
        raise DomainError(problem)
    before = PeriodicTask.objects.select_for_update().filter(pk=schedule.pk).first()
    changes = _changes(before, schedule)
    if before is not None and not changes:
        return schedule
    if not reason.strip():
        raise DomainError("Say why: a schedule is changed with a reason.")
    if before is not None and (not before.enabled or set(changes) & set(TIMING)):
        schedule.last_run_at = timezone.now()
    with audit_context(actor=actor, reason=reason):
        schedule.save()
        record_event(
            "schedule_change",
            actor=actor,
            target=schedule,
            schedule=schedule.name,
            what="created" if before is None else "changed",
            changes=changes,
        )
    return schedule


@transaction.atomic
def schedule_set_enabled(*, schedule: PeriodicTask, enabled: bool, reason: str, actor: Any) -> bool:
    """Enable or disable a schedule; return whether that changed anything.

    Raises `MissingPermission`, and `DomainError` without a reason.
    """
    if not actor.has_perm("django_celery_beat.change_periodictask"):
        raise MissingPermission("django_celery_beat.change_periodictask")
    fresh = PeriodicTask.objects.select_for_update().get(pk=schedule.pk)
    if fresh.enabled == enabled:
        return False
    fresh.enabled = enabled
    if not enabled and reason.strip():
        # A schedule whose task is gone must still be stoppable, so this asks for no valid task.
        with audit_context(actor=actor, reason=reason):
            fresh.save()
            record_event(
                "schedule_change",
                actor=actor,
                target=fresh,
                schedule=fresh.name,
                what="disabled",
                changes={"enabled": [True, False]},
            )
        return True
    schedule_save(schedule=fresh, reason=reason, actor=actor)
    return True


@transaction.atomic
def schedule_delete(*, schedule: PeriodicTask, actor: Any) -> None:
    """Delete a schedule; its runs stay. The caller has checked the permission and gives the reason."""
    record_event(
        "schedule_change",
        actor=actor,
        target=schedule,
        schedule=schedule.name,
        what="deleted",
        changes={},
    )
    schedule.delete()


def _changes(before: PeriodicTask | None, after: PeriodicTask) -> dict[str, list[Any]]:
    if before is None:
        return {}
    return {
        field: [_json(getattr(before, field)), _json(getattr(after, field))]
        for field in _WATCHED
        if getattr(before, field) != getattr(after, field)
    }


def _json(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
