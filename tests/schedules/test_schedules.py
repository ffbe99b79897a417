"""Changing schedules: with a reason, and without a surprise at the next tick."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import DomainError, MissingPermission
from apps.schedules.services import schedule_set_enabled, schedule_update
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
