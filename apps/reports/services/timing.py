"""When the mails of a subscription are due."""

from datetime import datetime
from itertools import islice, takewhile

from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.timetables import TIMETABLES, ReadTimetable
from apps.reports.models import ReportSubscription

# So many due times that nobody was there for are looked at; the newest of them is mailed.
_MOST_MISSED = 500


def read_when(when: str, time_zone: str) -> ReadTimetable:
    """Return what a sentence says. Raises `DomainError` for one that is not understood."""
    try:
        return TIMETABLES.get()(when, time_zone)
    except ValueError as error:
        raise DomainError(str(error)) from None


def next_due(subscription: ReportSubscription, after: datetime) -> datetime | None:
    timetable = read_when(subscription.when, subscription.time_zone)
    return next(timetable.after(after), None)


def due_times(subscription: ReportSubscription, until: datetime) -> list[datetime]:
    """Return the due times that have no mailing yet, oldest first."""
    timetable = read_when(subscription.when, subscription.time_zone)
    times = takewhile(lambda due: due <= until, timetable.after(subscription.decided_until))
    return list(islice(times, _MOST_MISSED))


def start_counting(subscription: ReportSubscription) -> None:
    """Let the timetable begin now: what was due before is not mailed. The caller saves."""
    subscription.decided_until = timezone.now()
    subscription.next_due_at = next_due(subscription, subscription.decided_until)
