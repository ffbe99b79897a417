"""When the mails of a subscription are due."""

from collections import deque
from datetime import datetime, timedelta
from itertools import islice, pairwise, takewhile

from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.timetables import TIMETABLES, ReadTimetable
from apps.reports.models import ReportSubscription

# Of the due times that nobody was there for, so many are shown, and the newest is mailed.
_LATEST = 21
# The scheduled task that mails what is due looks once a minute.
_SHORTEST = timedelta(minutes=1)
_LOOKED_AT = 100


def read_when(when: str, time_zone: str) -> ReadTimetable:
    """Return what a sentence says. Raises `DomainError` for one that is not understood."""
    try:
        return TIMETABLES.get()(when, time_zone)
    except ValueError as error:
        raise DomainError(str(error)) from None


def refuse_too_often(subscription: ReportSubscription) -> None:
    """Raise `DomainError` for a timetable that names times faster than reports are mailed."""
    timetable = read_when(subscription.when, subscription.time_zone)
    upcoming = islice(timetable.after(timezone.now()), _LOOKED_AT)
    if any(later - earlier < _SHORTEST for earlier, later in pairwise(upcoming)):
        raise DomainError("A report is mailed once a minute at most. Choose a longer interval.")


def next_due(subscription: ReportSubscription, after: datetime) -> datetime | None:
    timetable = read_when(subscription.when, subscription.time_zone)
    return next(timetable.after(after), None)


def due_times(subscription: ReportSubscription, until: datetime) -> list[datetime]:
    """Return the latest of the due times that have no mailing yet, oldest first."""
    timetable = read_when(subscription.when, subscription.time_zone)
    times = takewhile(lambda due: due <= until, timetable.after(subscription.decided_until))
    return list(deque(times, maxlen=_LATEST))


def start_counting(subscription: ReportSubscription) -> None:
    """Let the timetable begin now: what was due before is not mailed. The caller saves."""
    subscription.decided_until = timezone.now()
    subscription.next_due_at = next_due(subscription, subscription.decided_until)
