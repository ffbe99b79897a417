"""Due times follow from a schedule's row alone, across clock changes."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from django_celery_beat.models import CrontabSchedule, PeriodicTask, SolarSchedule

from apps.schedules.timetables import Every, due_after, next_due
from tests.factories.schedules import IntervalFactory, ScheduleFactory

AUTUMN, SPRING = "2026-10-25", "2026-03-29"
NEW_YORK_AUTUMN = "2026-11-01"


def _crontab(zone: str = "Europe/Berlin", **fields: str) -> PeriodicTask:
    return PeriodicTask(name="Mine", crontab=CrontabSchedule(timezone=ZoneInfo(zone), **fields))


def _of_the_night(day: str, zone: str = "Europe/Berlin", **fields: str) -> list[str]:
    """Return what is due between midnight and 05:00 on a day on which the clock changes."""
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    due = due_after(_crontab(zone, **fields), start - timedelta(seconds=1))
    night = takewhile(lambda moment: moment < start.replace(hour=5), due)
    return [f"{moment.astimezone(ZoneInfo(zone)):%H:%M %z}" for moment in night]


@pytest.mark.parametrize("minute", ["*/30", "0,30"])
def test_a_half_hourly_timetable_does_not_pause_in_autumn(minute: str) -> None:
    due = list(
        islice(due_after(_crontab(minute=minute), datetime(2026, 10, 24, 22, 0, tzinfo=UTC)), 100)
    )
    assert {after - before for before, after in pairwise(due)} == {timedelta(minutes=30)}


@pytest.mark.parametrize(
    ("zone", "day", "fields", "due"),
    [
        ("Europe/Berlin", AUTUMN, {"minute": "30", "hour": "2"}, ["02:30 +0200"]),
        ("Europe/Berlin", SPRING, {"minute": "30", "hour": "2"}, ["03:30 +0200"]),
        ("America/New_York", NEW_YORK_AUTUMN, {"minute": "30", "hour": "1"}, ["01:30 -0400"]),
        (
            "Europe/Berlin",
            AUTUMN,
            {"minute": "0", "hour": "2,3"},
            ["02:00 +0200", "03:00 +0100"],
        ),
        ("Europe/Berlin", SPRING, {"minute": "0", "hour": "2,3"}, ["03:00 +0200"]),
        (
            "Europe/Berlin",
            AUTUMN,
            {"minute": "15", "hour": "1-3"},
            ["01:15 +0200", "02:15 +0200", "02:15 +0100", "03:15 +0100"],
        ),
        (
            "Europe/Berlin",
            AUTUMN,
            {"minute": "0", "hour": "*/2"},
            ["00:00 +0200", "02:00 +0200", "04:00 +0100"],
        ),
        (
            "Europe/Berlin",
            SPRING,
            {"minute": "0", "hour": "*"},
            ["00:00 +0100", "01:00 +0100", "03:00 +0200", "04:00 +0200"],
        ),
    ],
)
def test_a_time_of_day_comes_once_and_an_hourly_one_each_hour(
    zone: str, day: str, fields: dict[str, str], due: list[str]
) -> None:
    assert _of_the_night(day, zone, **fields) == due


def test_a_day_that_comes_every_28_years_is_found_and_one_that_never_comes_is_none() -> None:
    leap_monday = _crontab(
        "UTC", minute="0", hour="0", day_of_month="29", month_of_year="2", day_of_week="1"
    )
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert next(due_after(leap_monday, now)) == datetime(2044, 2, 29, tzinfo=UTC)
    ended = _crontab("UTC", minute="0")
    ended.expires = now
    assert next(due_after(ended, now), None) is None


@pytest.mark.parametrize(
    ("last", "due"),
    [
        ("2026-03-01T00:00", "2026-03-02T06:07"),
        ("2026-03-02T06:07", "2026-03-02T06:17"),
        ("2026-03-02T06:16", "2026-03-02T06:17"),
        ("2026-03-29T03:01", "2026-03-29T03:07"),
    ],
)
@pytest.mark.django_db
def test_an_interval_counts_from_the_moment_before_which_it_does_not_run(
    last: str, due: str
) -> None:
    schedule = ScheduleFactory(
        interval=IntervalFactory(every=10, period="minutes"),
        start_time=datetime(2026, 3, 2, 6, 7, tzinfo=UTC),
        last_run_at=datetime.fromisoformat(f"{last}+00:00"),
    )
    assert next_due(schedule) == datetime.fromisoformat(f"{due}+00:00")


def test_an_interval_that_never_comes_again_is_no_error() -> None:
    endless = Every(timedelta(days=999_999_999), datetime(2026, 1, 1, tzinfo=UTC))
    assert list(endless.after(datetime(2026, 2, 1, tzinfo=UTC))) == []


def test_the_sun_is_computed_from_the_row_alone() -> None:
    sunrise = PeriodicTask(
        name="Mine", solar=SolarSchedule(event="sunrise", latitude="52.5", longitude="13.4")
    )
    night = datetime(2026, 11, 22, 1, tzinfo=UTC)
    found = list(islice(due_after(sunrise, night), 2))
    assert found == list(islice(due_after(sunrise, night + timedelta(hours=3)), 2))
    assert [f"{moment:%d %H}" for moment in found] == ["22 06", "23 06"]


def test_a_schedule_without_a_time_says_so() -> None:
    with pytest.raises(ValueError, match="has no time"):
        next(due_after(PeriodicTask(name="Mine"), datetime.now(UTC)))
