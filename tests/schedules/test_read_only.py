"""Schedules in read-only mode: each due time has its row, which says why it did not run, and nobody is alarmed."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.schedules.claims import run_claim
from apps.schedules.models import Alarm, TaskRun
from apps.schedules.services import schedules_settle
from tests.factories.schedules import IntervalFactory, ScheduleFactory, TaskRunFactory
from tests.flags.read_only_mode import WHY, turn

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_due_times_are_skipped_with_the_reason_and_raise_no_alarm(sent: list) -> None:
    schedule = ScheduleFactory(
        interval=IntervalFactory(every=10, period="minutes"), last_run_at=NOON
    )
    turn(True)

    schedules_settle(now=NOON + timedelta(minutes=10))
    waiting = TaskRunFactory(schedule=schedule, state=TaskRun.State.WAITING)
    assert run_claim(waiting.pk) is None

    for run in TaskRun.objects.all():
        assert run.state == TaskRun.State.SKIPPED
        assert WHY in run.reason
    assert not Alarm.objects.exists()
