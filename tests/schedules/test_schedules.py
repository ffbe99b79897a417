"""Changing schedules: with a reason, and without a surprise at the next tick."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, PeriodicTask

from apps.accounts.models import User
from apps.core.errors import DomainError, MissingPermission
from apps.schedules.services import schedule_create, schedule_set_enabled, schedule_update
from apps.schedules.tasks import prune_alarms
from apps.schedules.timetables import next_due
from tests.factories.accounts import StaffFactory
from tests.factories.schedules import IntervalFactory, ScheduleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    user = StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="change_periodictask"))
    return user


def test_a_schedule_that_is_enabled_again_does_not_run_at_once(editor: User) -> None:
    schedule = ScheduleFactory(last_run_at=timezone.now() - timedelta(days=3))
    schedule_set_enabled(schedule=schedule, enabled=False, reason="Pause", actor=editor)
    schedule_set_enabled(schedule=schedule, enabled=True, reason="Go on", actor=editor)

    schedule.refresh_from_db()
    assert schedule.enabled
    due = next_due(schedule)
    assert due is not None
    assert due > timezone.now()


def test_a_schedule_with_a_new_time_waits_for_it(editor: User) -> None:
    schedule = ScheduleFactory(last_run_at=timezone.now() - timedelta(minutes=50))
    interval = IntervalFactory(every=10, period="minutes")

    schedule_update(schedule=schedule, interval=interval, reason="More often", actor=editor)

    schedule.refresh_from_db()
    due = next_due(schedule)
    assert due is not None
    assert due > timezone.now()


def test_enabling_asks_for_the_permission_and_a_reason(editor: User) -> None:
    schedule = ScheduleFactory(enabled=False)
    with pytest.raises(MissingPermission):
        schedule_set_enabled(schedule=schedule, enabled=True, reason="Go", actor=StaffFactory())
    with pytest.raises(DomainError, match="A reason is required"):
        schedule_set_enabled(schedule=schedule, enabled=True, reason=" ", actor=editor)
    schedule.refresh_from_db()
    assert not schedule.enabled


def test_an_undeclared_task_cannot_be_enabled_but_can_be_stopped(editor: User) -> None:
    schedule = ScheduleFactory(task="os.system")
    assert schedule_set_enabled(schedule=schedule, enabled=False, reason="Stop", actor=editor)
    with pytest.raises(DomainError, match="not declared"):
        schedule_set_enabled(schedule=schedule, enabled=True, reason="Go", actor=editor)
    schedule.refresh_from_db()
    assert not schedule.enabled


def test_a_schedule_whose_time_is_over_is_neither_made_nor_enabled(editor: User) -> None:
    editor.user_permissions.add(Permission.objects.get(codename="add_periodictask"))
    ago, ahead = (timezone.now() + timedelta(days=days) for days in (-1, 1))
    made = partial(
        schedule_create, task=prune_alarms.name, actor=User.objects.get(pk=editor.pk), reason="New"
    )
    with pytest.raises(DomainError, match="It would never run"):
        made(name="Over", when="daily at 09:00", time_zone="UTC", expires=ago)
    daily = made(name="Daily", when="daily at 09:00", time_zone="UTC")
    with pytest.raises(DomainError, match="It would never run"):
        schedule_update(schedule=daily, expires=ago, reason="Stop", actor=editor)

    once = made(name="Once", when=f"once on {ahead:%Y-%m-%d} at {ahead:%H:%M}", time_zone="UTC")
    PeriodicTask.objects.filter(pk=once.pk).update(enabled=False)
    ClockedSchedule.objects.filter(pk=once.clocked_id).update(clocked_time=ago)
    with pytest.raises(DomainError, match="It would never run"):
        schedule_set_enabled(schedule=once, enabled=True, reason="Again", actor=editor)
    # It can be enabled together with a new time.
    later = f"once on {ahead:%Y-%m-%d} at {ahead:%H:%M}"
    schedule_update(
        schedule=once, when=later, time_zone="UTC", enabled=True, reason="x", actor=editor
    )
