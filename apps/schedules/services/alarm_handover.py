"""Tells others of an open alarm of which nobody who could act knows any more."""

from collections.abc import Iterable
from uuid import UUID

from django_celery_beat.models import PeriodicTask

from apps.accounts.models import User
from apps.schedules.alarm_mails import announce
from apps.schedules.models import Alarm
from apps.schedules.ownership import able_to_act, owners_of, recipients


def alarms_hand_over(open_alarms: Iterable[Alarm]) -> int:
    """Hand over the alarms whose people left, or may no longer see schedules; return how many.

    An acknowledgment by somebody who left does not count any more. Nobody is told twice of the same:
    the people who take over are written down with the alarm. The caller holds the lock of the heartbeat.
    """
    alarms = list(open_alarms)
    keys = {key for alarm in alarms for key in (*alarm.told, alarm.acknowledged_by_id) if key}
    able = set(able_to_act(keys)) if keys else set()
    abandoned = [alarm for alarm in alarms if not _is_in_hands(alarm, able)]
    if not abandoned:
        return 0
    schedules = PeriodicTask.objects.filter(pk__in={alarm.schedule_id for alarm in abandoned})
    owners = owners_of(schedules)
    return sum(
        _hand_over(alarm, able, owners.get(alarm.schedule_id) if alarm.schedule_id else None)
        for alarm in abandoned
    )


def _is_in_hands(alarm: Alarm, able: set[UUID]) -> bool:
    if alarm.acknowledged_at is not None:
        return alarm.acknowledged_by_id is None or alarm.acknowledged_by_id in able
    return any(person in able for person in alarm.told)


def _hand_over(alarm: Alarm, able: set[UUID], owner: User | None) -> bool:
    people = [person for person in alarm.told if person in able]
    if not people:
        people = [person.pk for person in recipients(owner) if person.pk not in alarm.told]
    if not people:
        return False
    alarm.told = [*alarm.told, *(person for person in people if person not in alarm.told)]
    alarm.acknowledged_at = alarm.acknowledged_by = None
    alarm.save(update_fields=["told", "acknowledged_at", "acknowledged_by"])
    announce([alarm], people=people)
    return True
