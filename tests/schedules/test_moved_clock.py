"""Real beat and worker processes whose clock is moved over both clock changes of a time zone, and over days on
which no scheduler was running.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from apps.core.schedulable import Missed
from apps.schedules.models import TaskRun
from apps.schedules.services.verdicts import NO_SCHEDULER
from tests.celery_processes import BEAT, celery, wait_for
from tests.factories.schedules import IntervalFactory, ScheduleFactory
from tests.schedules.moved_clock import MovedClock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
# One process, whose clock is moved; a pool would have others.
WORKER = ("worker", "--pool=solo", "--loglevel=INFO")
HALF_HOUR, DAY = timedelta(minutes=30), timedelta(days=1)
# Midnight before the clock of Berlin goes back, or forward.
AUTUMN = datetime(2026, 10, 24, 22, tzinfo=UTC)
SPRING = datetime(2026, 3, 28, 23, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
State = TaskRun.State


@pytest.fixture(params=[AUTUMN, SPRING], ids=["autumn", "spring"])
def midnight(request: pytest.FixtureRequest) -> datetime:
    moment: datetime = request.param
    return moment


@pytest.fixture
def clock(
    midnight: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MovedClock]:
    path = tmp_path / "clock"
    monkeypatch.setenv("TEST_CLOCK", str(path))
    return MovedClock(path, midnight + timedelta(minutes=1))


def crontab(task: str, clock: MovedClock, **fields: str) -> PeriodicTask:
    timing = CrontabSchedule.objects.create(timezone=BERLIN, **fields)
    return ScheduleFactory(task=task, interval=None, crontab=timing, last_run_at=clock.now())


def half_hourly(clock: MovedClock, missed: Missed = Missed.ONCE) -> PeriodicTask:
    return crontab(f"tests.due_at_{missed}", clock, minute="*/30")


def daily(clock: MovedClock, missed: Missed = Missed.ONCE) -> PeriodicTask:
    return crontab(f"tests.due_at_{missed}", clock, minute="30", hour="2")


def every_half_hour(clock: MovedClock) -> PeriodicTask:
    return ScheduleFactory(
        task="tests.due_at_once",
        interval=IntervalFactory(every=30, period="minutes"),
        last_run_at=clock.now(),
    )


def beat(folder: Path) -> AbstractContextManager:
    return celery(folder, *BEAT)


def rows(schedule: PeriodicTask) -> list[tuple[datetime, str, str]]:
    return list(schedule.runs.order_by("due_at").values_list("due_at", "state", "reason"))


def has_settled(schedule: PeriodicTask, until: datetime) -> bool:
    """Return whether each due time up to a moment has its row, and none of them is still to run."""
    schedule.refresh_from_db()
    return (
        schedule.last_run_at is not None
        and schedule.last_run_at >= until
        and not schedule.runs.filter(state__in=TaskRun.OPEN).exists()
    )


def test_a_night_of_a_clock_change(clock: MovedClock, midnight: datetime, tmp_path: Path) -> None:
    log = tmp_path / "celery.log"
    by_crontab, by_interval, once_a_day = half_hourly(clock), every_half_hour(clock), daily(clock)
    due = [midnight + number * HALF_HOUR for number in range(1, 10)]
    with celery(tmp_path, *WORKER), beat(tmp_path):
        wait_for(lambda: log.exists() and " ready." in log.read_text(), log, 120)
        for moment in due:
            clock.set(moment)
            wait_for(lambda moment=moment: has_settled(by_crontab, moment), log)
            wait_for(lambda moment=moment: has_settled(by_interval, moment), log)
        wait_for(lambda: not TaskRun.objects.filter(state__in=TaskRun.OPEN).exists(), log)

    # In UTC there is no pause and no second one, whatever the clocks on the walls said.
    assert rows(by_crontab) == [(moment, State.SUCCEEDED, "") for moment in due]
    assert rows(by_interval) == [(moment, State.SUCCEEDED, "") for moment in due]
    # 02:30 comes twice in autumn and never in spring; it runs once.
    assert rows(once_a_day) == [(midnight + 5 * HALF_HOUR, State.SUCCEEDED, "")]
    # A task is told for which due time it runs.
    said = list(by_crontab.runs.order_by("due_at").values_list("message", flat=True))
    assert said == [f"Due at {moment:%Y-%m-%d %H:%M}." for moment in due]


def test_two_days_without_a_scheduler_over_a_clock_change(
    clock: MovedClock, midnight: datetime, tmp_path: Path
) -> None:
    log = tmp_path / "celery.log"
    by_day = {missed: daily(clock, missed) for missed in Missed}
    by_half_hour = half_hourly(clock)
    first = midnight + HALF_HOUR
    with celery(tmp_path, *WORKER):
        with beat(tmp_path) as killed:
            clock.set(first)
            wait_for(lambda: has_settled(by_half_hour, first), log, 120)
            os.killpg(killed.pid, signal.SIGKILL)
            killed.wait(10)
        # 12:10 on the wall, two days later.
        back = (midnight.astimezone(BERLIN) + 2 * DAY).replace(hour=12, minute=10).astimezone(UTC)
        clock.set(back)
        with beat(tmp_path):
            for schedule in (*by_day.values(), by_half_hour):
                wait_for(lambda schedule=schedule: has_settled(schedule, back), log, 120)

    # 02:30 in the night of the change, and on the two days after it.
    later = midnight + (7 if midnight == AUTUMN else 3) * HALF_HOUR
    nights = [midnight + 5 * HALF_HOUR, later + DAY, later + 2 * DAY]
    missed = [(moment, State.MISSED, NO_SCHEDULER) for moment in nights]
    ran = [(moment, State.SUCCEEDED, NO_SCHEDULER) for moment in nights]
    assert rows(by_day[Missed.SKIP]) == missed
    assert rows(by_day[Missed.ONCE]) == [*missed[:-1], ran[-1]]
    assert rows(by_day[Missed.ALL]) == ran

    found = rows(by_half_hour)
    count = (back - first) // HALF_HOUR
    assert [due for due, _, _ in found] == [
        first + number * HALF_HOUR for number in range(count + 1)
    ]
    assert found[0] == (first, State.SUCCEEDED, "")
    assert {found[-1][1:]} == {(State.SUCCEEDED, NO_SCHEDULER)}
    assert {row[1:] for row in found[1:-1]} == {(State.MISSED, NO_SCHEDULER)}
