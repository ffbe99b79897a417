"""Reads about schedules and their runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone
from django.utils.text import capfirst
from django_celery_beat.models import PeriodicTask

from apps.schedules.models import ShippedSchedule, TaskRun
from apps.schedules.task_names import problem_with_schedule, shipped_schedules
from apps.schedules.timetables import due_after
from apps.schedules.timing import timing_of, zone_of
from apps.schedules.when_in_words import with_zone

SHIPPED, RETIRED, OWN = "shipped", "retired", "own"


def with_last_run(queryset: QuerySet[PeriodicTask]) -> QuerySet[PeriodicTask]:
    """Add the last run of each schedule, in the list's own query, and where it came from."""
    # What was skipped says nothing of how the task does.
    seen = TaskRun.objects.exclude(state=TaskRun.State.SKIPPED)
    last = seen.filter(schedule=OuterRef("pk")).order_by("-id")
    return queryset.select_related("interval", "crontab", "solar", "clocked").annotate(
        last_run_id=Subquery(last.values("pk")[:1]),
        last_run_state=Subquery(last.values("state")[:1]),
        last_run_created=Subquery(last.values("created_at")[:1]),
        origin=Case(
            When(name__in=list(shipped_schedules()), then=Value(SHIPPED)),
            When(
                Exists(ShippedSchedule.objects.filter(name=OuterRef("name"))), then=Value(RETIRED)
            ),
            default=Value(OWN),
        ),
    )


def when_of(schedule: PeriodicTask) -> str:
    """Return when a schedule runs, as a sentence: "Weekdays at 07:00 Europe/Berlin". Raises `ValueError` for a broken one."""
    sentence = with_zone(timing_of(schedule))
    if schedule.one_off and schedule.clocked_id is None:
        sentence = f"{sentence}, one time only"
    return sentence if sentence.startswith(("cron:", "sun:")) else capfirst(sentence)


def problem_of(schedule: PeriodicTask) -> str:
    """Return why no due time of a stored schedule can run; nothing where it can."""
    try:
        timing_of(schedule)
    except ValueError as error:
        return str(error)
    return problem_with_schedule(schedule)


@dataclass(frozen=True)
class Upcoming:
    """A due time to come; `clock_change` says how the schedule's clock has moved since the one before it."""

    due_at: datetime
    local: datetime
    clock_change: str = ""

    @property
    def elsewhere(self) -> str:
        """The time that the schedule's own clock shows; nothing where that is the reader's."""
        here = self.due_at.astimezone(timezone.get_current_timezone())
        if here.utcoffset() == self.local.utcoffset():
            return ""
        return f"{self.local:%H:%M} {self.local.tzinfo}"


def upcoming(schedule: PeriodicTask, now: datetime, count: int = 5) -> list[Upcoming]:
    """Return the next due times of a schedule, enabled or not. Raises `ValueError` for a broken one."""
    timing_of(schedule)
    zone = ZoneInfo(zone_of(schedule))
    before, found = now.astimezone(zone), []
    for due in islice(due_after(schedule, now), count):
        local = due.astimezone(zone)
        found.append(Upcoming(due, local, _clock_change(before, local)))
        before = local
    return found


def _clock_change(before: datetime, after: datetime) -> str:
    moved = (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
    minutes = moved // timedelta(minutes=1)
    if not minutes:
        return ""
    return f"The clock goes {'forward' if minutes > 0 else 'back'} {abs(minutes)} min before this."
