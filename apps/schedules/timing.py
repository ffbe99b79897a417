"""When a schedule runs, as values: an interval, days with times, one moment, or an event of the sun.

`apps.schedules.when` reads these from sentences and writes them back.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from celery.schedules import ParseException, crontab_parser
from django.conf import settings
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

# The database holds it as well: interval_is_ten_seconds_or_more.
SHORTEST = timedelta(seconds=10)
# The moments that the database holds: schedule_moments_can_be_read.
EARLIEST, LATEST = datetime(1900, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
# The number of values of each field of a crontab, and the first of them.
_FIELDS = {
    "minute": (60, 0),
    "hour": (24, 0),
    "day_of_month": (31, 1),
    "month_of_year": (12, 1),
    "day_of_week": (7, 0),
}
# Where a name may stand for a number: "mon" as a month would be January.
_NAMES = {
    "month_of_year": "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}",
    "day_of_week": "(?:sun|mon|tue|wed|thu|fri|sat)[a-z]{0,6}",
}
# The shortest of celery-beat's columns, the hours, has this length.
LONGEST_FIELD = 96
_NO_TIMING = dict.fromkeys(("interval", "crontab", "clocked", "solar"))
_MOST_DAYS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


@dataclass(frozen=True)
class Interval:
    """So many `seconds`, `minutes`, `hours`, or `days`: hours that pass, whatever the clock does."""

    every: int
    period: str

    @property
    def span(self) -> timedelta:
        """Raises `ValueError` for a length that is too long to be one."""
        try:
            return timedelta(**{self.period: self.every})
        except (OverflowError, TypeError):
            raise ValueError(f"“{self.every} {self.period}” is not an interval.") from None


@dataclass(frozen=True)
class Crontab:
    """The five fields of a crontab in one form for each meaning, and the name of their time zone.

    Made by `crontab`. A list of hours or minutes stays a list and a range stays a range: on a day on which the
    clock changes they differ.
    """

    minute: str
    hour: str
    day_of_month: str
    month_of_year: str
    day_of_week: str
    zone: str

    @property
    def fields(self) -> tuple[str, ...]:
        return self.minute, self.hour, self.day_of_month, self.month_of_year, self.day_of_week


@dataclass(frozen=True)
class Once:
    at: datetime


@dataclass(frozen=True)
class Sun:
    event: str
    latitude: str
    longitude: str


type Timing = Interval | Crontab | Once | Sun


def crontab(fields: list[str] | tuple[str, ...], zone: str) -> Crontab:
    """Return the crontab of these five fields. Raises `ValueError` with a sentence that says what is wrong."""
    minute, hour, *days = (
        _field(name, text.lower()) for name, text in zip(_FIELDS, fields, strict=True)
    )
    month_days, months, week_days = (
        _ranges(numbers(name, text), *_FIELDS[name])
        for name, text in zip(list(_FIELDS)[2:], days, strict=True)
    )
    _refuse_days_that_never_come(month_days, months)
    return Crontab(minute, hour, month_days, months, week_days, zone)


def numbers(name: str, text: str) -> frozenset[int]:
    """Return the numbers that a field of a crontab stands for. Raises `ValueError` with a sentence."""
    size, first = _FIELDS[name]
    found: frozenset[int] = frozenset()
    if _has_form(name, text):
        with suppress(ParseException, ValueError):
            found = frozenset(crontab_parser(size, first).parse(text))
    if not found:
        raise ValueError(
            f"“{text}” is not a {name.replace('_', ' ')} of a crontab: give numbers from {first} to "
            f"{first + size - 1}, such as 1,15 or 1-5, or */2, or *."
        )
    return found


def _field(name: str, text: str) -> str:
    known = numbers(name, text)
    if set(text) <= set("0123456789,"):
        return ",".join(map(str, sorted(known)))
    field = ",".join(dict.fromkeys(_plain(part) for part in text.split(",")))
    if len(field) > LONGEST_FIELD:
        raise ValueError(
            f"The {name.replace('_', ' ')} of this crontab is too long. Use ranges, such as 1-5, or steps, such as */2."
        )
    return field


def _plain(part: str) -> str:
    """Write 007 as 7."""
    return re.sub("[0-9]+", lambda match: str(int(match[0])), part)


def _has_form(name: str, text: str) -> bool:
    """Tell whether a field has the form of a crontab's; celery's own parser reads over what follows a range."""
    number = f"(?:[0-9]{{1,3}}|{_NAMES[name]})" if name in _NAMES else "[0-9]{1,3}"
    part = rf"(?:\*|{number}-{number})(?:/0*[1-9][0-9]?)?|{number}"
    return all(re.fullmatch(part, one) for one in text.split(","))


def _ranges(known: frozenset[int], size: int, first: int) -> str:
    if len(known) == size:
        return "*"
    runs: list[list[int]] = []
    for number in sorted(known):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(
        f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs
    )


def _refuse_days_that_never_come(month_days: str, months: str) -> None:
    earliest = min(numbers("day_of_month", month_days))
    if all(earliest > _MOST_DAYS.get(month, 31) for month in numbers("month_of_year", months)):
        raise ValueError(f"No month that it names has a day {earliest}, so it would never run.")


def timing_of(schedule: PeriodicTask) -> Timing:
    """Return when a stored schedule runs. Raises `ValueError` with a sentence for one that cannot be read."""
    if schedule.interval is not None:
        interval = Interval(schedule.interval.every, schedule.interval.period)
        if interval.span < SHORTEST:
            raise ValueError(f"An interval must be {SHORTEST.seconds} seconds or longer.")
        return interval
    if schedule.crontab is not None:
        row = schedule.crontab
        fields = [getattr(row, name) for name in _FIELDS]
        return crontab(fields, str(row.timezone))
    if schedule.clocked is not None:
        return Once(schedule.clocked.clocked_time)
    if schedule.solar is not None:
        row = schedule.solar
        return Sun(row.event, f"{row.latitude:f}", f"{row.longitude:f}")
    raise ValueError("It has no time.")


def store(timing: Timing) -> dict[str, object]:
    """Return the fields of a schedule that runs at this time, sharing a stored timing or making one."""
    field, model, values = _row(timing)
    rows = model.objects
    row = rows.filter(**values).order_by("pk").first() or rows.create(**values)
    return {**_NO_TIMING, field: row, "one_off": isinstance(timing, Once)}


def unsaved(timing: Timing) -> dict[str, object]:
    """Return the fields of a schedule that runs at this time and is never stored."""
    field, model, values = _row(timing)
    return {**_NO_TIMING, field: model(**values), "one_off": isinstance(timing, Once)}


def _row(timing: Timing) -> tuple[str, Any, dict[str, object]]:
    if isinstance(timing, Interval):
        return "interval", IntervalSchedule, {"every": timing.every, "period": timing.period}
    if isinstance(timing, Crontab):
        fields = dict(zip(_FIELDS, timing.fields, strict=True))
        return "crontab", CrontabSchedule, {**fields, "timezone": ZoneInfo(timing.zone)}
    if isinstance(timing, Once):
        return "clocked", ClockedSchedule, {"clocked_time": timing.at.astimezone(UTC)}
    place = {"latitude": Decimal(timing.latitude), "longitude": Decimal(timing.longitude)}
    return "solar", SolarSchedule, {"event": timing.event, **place}


def zone_of(schedule: PeriodicTask) -> str:
    """Return the time zone of a schedule's clock; the product's own where it has none."""
    if schedule.crontab is not None:
        return str(schedule.crontab.timezone)
    return str(settings.TIME_ZONE)
