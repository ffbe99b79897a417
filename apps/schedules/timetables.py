"""When a schedule is due: a grid of moments that follows from its row alone.

Nothing here depends on when a scheduler last looked, or on the present time. So however many schedulers ask, and
however late, they come to the same due times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Protocol

from celery import schedules
from django_celery_beat.models import IntervalSchedule, PeriodicTask, SolarSchedule

from apps.schedules.crontab_times import CrontabTimes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Timetable(Protocol):
    def after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the due times after `moment`, in order."""


@dataclass(frozen=True)
class Every:
    """Every so often, counted from `anchor`; never before it."""

    span: timedelta
    anchor: datetime

    def after(self, moment: datetime) -> Iterator[datetime]:
        passed = -1 if moment < self.anchor else (moment - self.anchor) // self.span
        try:
            due = self.anchor + (passed + 1) * self.span
            while True:
                yield due
                due += self.span
        except OverflowError:  # Beyond the year 9999.
            return


@dataclass(frozen=True)
class Once:
    at: datetime

    def after(self, moment: datetime) -> Iterator[datetime]:
        if self.at > moment:
            yield self.at


@dataclass(frozen=True)
class Sun:
    """At an event of the sun at a place."""

    solar: SolarSchedule

    def after(self, moment: datetime) -> Iterator[datetime]:
        while True:
            known = moment
            event = schedules.solar(
                self.solar.event,
                float(self.solar.latitude),
                float(self.solar.longitude),
                nowfun=lambda known=known: known,
            )
            due = known + event.remaining_estimate(known)
            moment = due.replace(second=0, microsecond=0) + timedelta(minutes=1)
            yield moment


def timetable_of(schedule: PeriodicTask) -> Timetable:
    """Return the timetable of a schedule. Raises `ValueError` where it has none, or one that cannot be read."""
    if schedule.interval is not None:
        return Every(span_of(schedule.interval), schedule.start_time or EPOCH)
    if schedule.crontab is not None:
        return CrontabTimes.of(schedule.crontab)
    if schedule.clocked is not None:
        return Once(schedule.clocked.clocked_time)
    if schedule.solar is not None:
        return Sun(schedule.solar)
    raise ValueError(f"“{schedule.name}” has no time.")


def span_of(interval: IntervalSchedule) -> timedelta:
    """Return how long an interval is. Raises `ValueError` for one that is too long to be a time."""
    try:
        return timedelta(**{interval.period: interval.every})
    except (OverflowError, TypeError):
        raise ValueError(f"“{interval.every} {interval.period}” is not an interval.") from None


def due_after(schedule: PeriodicTask, moment: datetime) -> Iterator[datetime]:
    """Yield when a schedule is due after `moment`, between its “not before” and its “not after”."""
    if schedule.start_time is not None:
        moment = max(moment, schedule.start_time - timedelta(microseconds=1))
    found = timetable_of(schedule).after(moment)
    ends = schedule.expires
    return found if ends is None else takewhile(lambda due: due <= ends, found)


def decided_until(schedule: PeriodicTask) -> datetime:
    """Return the moment up to which each due time of a schedule has its row.

    A schedule that is new owes nothing of the time before it was made, but for the one moment it was made for.
    """
    if schedule.last_run_at is not None:
        return schedule.last_run_at
    return EPOCH if schedule.clocked_id else schedule.date_changed


def next_due(schedule: PeriodicTask) -> datetime | None:
    """Return the first due time that has no row yet, past or to come; None where there is none."""
    return next(due_after(schedule, decided_until(schedule)), None)
