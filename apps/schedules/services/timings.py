"""Changes the timings that schedules share."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
    SolarSchedule,
)

from apps.audit.events import record_event
from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.schedules import event_kinds

FIELDS: dict[type[Any], str] = {
    IntervalSchedule: "interval",
    CrontabSchedule: "crontab",
    SolarSchedule: "solar",
    ClockedSchedule: "clocked",
}


# The database holds it as well: interval_is_ten_seconds_or_more.
SHORTEST = timedelta(seconds=10)


def users_of(timing: Model) -> list[PeriodicTask]:
    """Return the schedules that run at this time."""
    return list(PeriodicTask.objects.filter(**{FIELDS[type(timing)]: timing}).order_by("name"))


def interval_problem(interval: IntervalSchedule) -> str:
    """Return why no schedule may run this often; nothing if it may."""
    if timedelta(**{interval.period: interval.every}) >= SHORTEST:
        return ""
    return f"An interval must be {SHORTEST.seconds} seconds or longer."


@transaction.atomic
def timing_save(*, timing: Model, fields: Collection[str] | None = None, actor: Actor) -> None:
    """Store a time, or of one that is stored already only `fields`.

    The schedules that use it wait for its next occurrence: none runs at once. The caller has checked the permission and gives the reason through the audit context.
    """
    if isinstance(timing, IntervalSchedule) and (problem := interval_problem(timing)):
        raise DomainError(problem)
    users = users_of(timing) if timing.pk else []
    timing.save(update_fields=fields)
    if not users:
        return
    PeriodicTask.objects.filter(pk__in=[schedule.pk for schedule in users], enabled=True).update(
        last_run_at=timezone.now()
    )
    PeriodicTasks.update_changed()
    for schedule in users:
        record_event(
            event_kinds.SCHEDULE_CHANGE,
            actor=actor,
            target=schedule,
            schedule=schedule.name,
            what="another time",
            changes={FIELDS[type(timing)]: [None, str(timing)]},
        )


@transaction.atomic
def timing_delete(*, timing: Model) -> None:
    """Delete a time that no schedule uses.

    Raises `DomainError` where one does: celery-beat would delete the schedules with it.
    """
    users = users_of(timing)
    if users:
        names = ", ".join(f"“{schedule.name}”" for schedule in users[:5])
        more = f" and {len(users) - 5} more" if len(users) > 5 else ""
        raise DomainError(
            f"“{timing}” is used by {names}{more}. Give {'them' if users[1:] else 'it'} another "
            "time first."
        )
    timing.delete()
