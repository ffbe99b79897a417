"""Alarms of a thousand failures, and alarms whose people leave while they are open."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.accounts.models import User
from apps.accounts.services import user_deactivate
from apps.core.models import QueuedMail
from apps.schedules.models import Alarm, TaskRun
from apps.schedules.services import (
    alarm_acknowledge,
    alarms_sweep,
    schedule_set_owner,
    scheduler_check,
)
from tests.at_once import at_once
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.schedules import ScheduleFactory
from tests.schedules.test_alarms import mailed, ran, silent_since

pytestmark = pytest.mark.django_db
State = TaskRun.State
VIEW = ["django_celery_beat.view_periodictask"]
FAILED, WELL = "“Nightly clean-up” failed", "Well again: “Nightly clean-up” succeeded again"


@pytest.fixture
def owner() -> User:
    return StaffFactory(email="owner@quarterdeck.example", may=VIEW)


@pytest.fixture
def schedule(owner: User) -> PeriodicTask:
    made = ScheduleFactory(name="Nightly clean-up")
    schedule_set_owner(schedule=made, owner=owner, actor=None)
    return made


@pytest.fixture
def root() -> User:
    return SuperuserFactory(email="ops@quarterdeck.example")


def failures(schedule: PeriodicTask, number: int, *, ago: float) -> None:
    """Make runs that failed, one a second, the last of them so many minutes ago."""
    last = timezone.now() - timedelta(minutes=ago)
    times = [last - timedelta(seconds=n) for n in reversed(range(number))]
    TaskRun.objects.bulk_create(
        TaskRun(
            schedule=schedule,
            schedule_name=schedule.name,
            task_name=schedule.task,
            due_at=at,
            started_at=at,
            ended_at=at,
            state=State.FAILED,
            message="ValueError: no disk",
        )
        for at in times
    )


def leave(person: User) -> None:
    User.objects.filter(pk=person.pk).update(status=User.Status.DEACTIVATED)


@pytest.mark.django_db(transaction=True)
def test_a_thousand_failures_are_told_once_and_well_again_is_told_once(
    schedule: PeriodicTask, owner: User
) -> None:
    for part in range(10):
        failures(schedule, 100, ago=20 - part)
        # Several processes look at every moment.
        at_once([alarms_sweep] * 3)
        alarms_sweep()
    assert TaskRun.objects.filter(state=State.FAILED).count() == 1000
    assert mailed() == [(owner.email, FAILED)]
    assert Alarm.objects.count() == 1

    ran(schedule, ago=1)
    at_once([alarms_sweep] * 3)
    alarms_sweep()
    ran(schedule, ago=0.5)
    alarms_sweep()
    assert mailed() == [(owner.email, WELL)]
    assert QueuedMail.objects.count() == 2


def test_an_owner_who_leaves_while_an_alarm_is_open_has_it_handed_over_once(
    schedule: PeriodicTask, owner: User, root: User
) -> None:
    ran(schedule, State.FAILED)
    alarms_sweep()
    assert mailed() == [(owner.email, FAILED)]

    leave(owner)
    for _ in range(3):
        failures(schedule, 10, ago=1)
        alarms_sweep()
    assert mailed() == [(root.email, FAILED)]
    assert Alarm.objects.get().told == [owner.pk, root.pk]

    ran(schedule, ago=0.1)
    alarms_sweep()
    assert mailed() == [(root.email, WELL)]


def test_an_owner_who_leaves_before_the_mail_was_sent_is_no_reason_to_tell_nobody(
    schedule: PeriodicTask, owner: User, root: User
) -> None:
    ran(schedule, State.FAILED)
    alarms_sweep()
    user_deactivate(user=owner, reason="Left.", actor=root)
    assert mailed() == []
    alarms_sweep()
    assert mailed() == [(root.email, FAILED)]


@pytest.mark.parametrize("what", ["permission", "staff"])
def test_an_owner_who_may_no_longer_see_schedules_hands_over_too(
    schedule: PeriodicTask, owner: User, root: User, what: str
) -> None:
    ran(schedule, State.FAILED)
    alarms_sweep()
    mailed()
    if what == "staff":
        User.objects.filter(pk=owner.pk).update(is_staff=False)
    else:
        owner.user_permissions.clear()
    alarms_sweep()
    alarms_sweep()
    assert mailed() == [(root.email, FAILED)]


def test_the_new_owner_is_told_and_nobody_else(
    schedule: PeriodicTask, owner: User, root: User
) -> None:
    ran(schedule, State.FAILED)
    alarms_sweep()
    mailed()
    heir = StaffFactory(email="heir@quarterdeck.example", may=VIEW)
    leave(owner)
    schedule_set_owner(schedule=schedule, owner=heir, actor=root)
    alarms_sweep()
    assert mailed() == [(heir.email, FAILED)]


def test_one_of_several_who_leaves_changes_nothing(schedule: PeriodicTask, owner: User) -> None:
    leave(owner)
    first, second = SuperuserFactory(), SuperuserFactory()
    ran(schedule, State.FAILED)
    alarms_sweep()
    assert {to for to, _ in mailed()} == {first.email, second.email}
    leave(first)
    alarms_sweep()
    assert mailed() == []


def test_an_acknowledgment_of_somebody_who_left_does_not_count(
    schedule: PeriodicTask, owner: User, root: User
) -> None:
    carer = SuperuserFactory()
    ran(schedule, State.FAILED)
    alarms_sweep()
    assert mailed() == [(owner.email, FAILED)]
    alarm_acknowledge(alarm=Alarm.objects.get(), note="On it.", actor=carer)
    leave(owner)
    alarms_sweep()
    # The carer knows.
    assert mailed() == []
    leave(carer)
    alarms_sweep()
    alarms_sweep()
    assert mailed() == [(root.email, FAILED)]
    assert Alarm.objects.open().count() == 1


def test_the_alarm_of_a_silent_scheduler_is_handed_over(root: User) -> None:
    silent_since(3)
    scheduler_check()
    assert mailed() == [(root.email, "The scheduler is silent")]
    leave(root)
    heir = SuperuserFactory()
    scheduler_check()
    scheduler_check()
    assert mailed() == [(heir.email, "The scheduler is silent")]


@pytest.mark.django_db(transaction=True)
def test_an_alarm_is_handed_over_once_however_many_look(
    schedule: PeriodicTask, owner: User, root: User
) -> None:
    ran(schedule, State.FAILED)
    alarms_sweep()
    mailed()
    leave(owner)
    at_once([alarms_sweep] * 4)
    alarms_sweep()
    assert mailed() == [(root.email, FAILED)]


def test_where_nobody_is_left_the_next_who_comes_is_told(
    schedule: PeriodicTask, owner: User
) -> None:
    leave(owner)
    ran(schedule, State.FAILED)
    alarms_sweep()
    assert mailed() == []
    newcomer: Any = SuperuserFactory()
    alarms_sweep()
    alarms_sweep()
    assert mailed() == [(newcomer.email, FAILED)]
