"""The moments that a crontab names in its own time zone, across clock changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django_celery_beat.models import CrontabSchedule

# February 29 on a given weekday comes every 28 years, or 40 across a year such as 2100.
_MOST_YEARS = 41
# No clock change moves a time by more than this within its hour.
_LONGEST_SHIFT = timedelta(hours=3)


@dataclass(frozen=True)
class CrontabTimes:
    """A crontab as sets of numbers, with `hours_that_repeat`: those that run twice when the clock goes back.

    A timetable that runs hour after hour runs in both of them, and does not pause. One that names single times
    of the day runs once, the first time. A time that the clock skips is moved by as much as the clock.
    """

    months: frozenset[int]
    days: frozenset[int]
    weekdays: frozenset[int]  # Sunday is 0.
    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    hours_that_repeat: frozenset[int]
    zone: tzinfo

    @classmethod
    def of(cls, crontab: CrontabSchedule) -> "CrontabTimes":
        """Read a stored crontab. Raises `ValueError` where a field is none."""
        parsed = crontab.schedule
        hours = frozenset(parsed.hour)
        return cls(
            months=frozenset(parsed.month_of_year),
            days=frozenset(parsed.day_of_month),
            weekdays=frozenset(parsed.day_of_week),
            hours=tuple(sorted(hours)),
            minutes=tuple(sorted(parsed.minute)),
            hours_that_repeat=_hours_that_repeat(crontab, hours),
            zone=parsed.tz,
        )

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the due times after `moment`, in UTC, in order."""
        last = moment.astimezone(UTC)
        # Where the clock goes back at midnight, a time of the day before may come after this moment.
        for day in self._days(moment.astimezone(self.zone).date() - timedelta(days=1)):
            for due in self._of(day, last):
                if due > last:
                    last = due
                    yield due

    def _days(self, first: date) -> Iterator[date]:
        day = first
        while day.year <= min(first.year + _MOST_YEARS, date.max.year - 1):
            if day.month not in self.months:
                day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
                continue
            if day.day in self.days and day.isoweekday() % 7 in self.weekdays:
                yield day
            day += timedelta(days=1)

    def _of(self, day: date, after: datetime) -> Iterator[datetime]:
        start = datetime.combine(day, time.min, self.zone)
        by_hour = (self._of_hour(start.replace(hour=hour), after) for hour in self.hours)
        if start.utcoffset() == (start + timedelta(days=1)).utcoffset():
            for found in by_hour:
                yield from found
            return
        # What the clock moved or repeated stands out of order.
        yield from sorted(due for found in by_hour for due in found)

    def _of_hour(self, hour: datetime, after: datetime) -> list[datetime]:
        if hour.astimezone(UTC) + _LONGEST_SHIFT < after:
            return []
        found = []
        for minute in self.minutes:
            local = hour.replace(minute=minute)
            # Of a time that comes twice this is the first; one that is skipped is moved forward.
            found.append(local.astimezone(UTC))
            again = local.replace(fold=1).astimezone(UTC)
            if hour.hour in self.hours_that_repeat and again > found[-1]:
                found.append(again)
        return sorted(found)


def _hours_that_repeat(crontab: CrontabSchedule, hours: frozenset[int]) -> frozenset[int]:
    if crontab.minute.startswith("*"):
        return hours
    if not {"*", "-"} & set(crontab.hour):
        # “2,3” names two times of the day, “2-3” says hour after hour.
        return frozenset()
    return frozenset(hour for hour in hours if {(hour - 1) % 24, (hour + 1) % 24} & hours)
