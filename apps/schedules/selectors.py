"""Reads about schedules and their runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.text import capfirst
from django_celery_beat.models import PeriodicTask

from apps.accounts.models import User
from apps.core.actors import PermissionHolder
from apps.core.scope import sees_everything
from apps.schedules.models import ShippedSchedule, TaskRun
from apps.schedules.ownership import owner_key
from apps.schedules.task_names import problem_with_schedule, shipped_schedules
from apps.schedules.timetables import due_after
from apps.schedules.timing import Crontab, Once, timing_of, zone_of
from apps.schedules.when_in_words import with_zone

# What the name of a person is made of.
_NAME = JSONObject(first_name="first_name", last_name="last_name", email="email")
SHIPPED, RETIRED, OWN = "shipped", "retired", "own"


def with_last_run(
    queryset: QuerySet[PeriodicTask], user: PermissionHolder
) -> QuerySet[PeriodicTask]:
    """Add the last run of each schedule that `user` may see, in the list's own query, and where it came from."""
    # What was skipped says nothing of how the task does.
    seen = TaskRun.objects.for_staff(user).exclude(state=TaskRun.State.SKIPPED)
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
        shows_runs=Value(sees_everything(user)),
        owner_key=owner_key(),
        owner=Subquery(User.objects.filter(pk=OuterRef("owner_key")).values(data=_NAME)[:1]),
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
    """A due time to come; `clock_change` says how the schedule's clock has moved since the one before it.

    The page shows it in the reader's time zone, which only the browser knows. So `quarterdeck.js` decides whether the
    time of the schedule's own clock is worth showing beside it, and marks the clock changes of the reader.
    """

    due_at: datetime
    local: datetime
    has_clock: bool = True
    clock_change: str = ""

    @property
    def elsewhere(self) -> str:
        """The time that the schedule's own clock shows; an interval has none."""
        return f"{self.local:%H:%M} {self.local.tzinfo}" if self.has_clock else ""

    @property
    def offset(self) -> int:
        """How many minutes the schedule's own clock is ahead of UTC."""
        return (self.local.utcoffset() or timedelta()) // timedelta(minutes=1)

    @property
    def is_here(self) -> bool:
        """Whether the page shows that time anyway, as long as no script has changed it."""
        here = self.due_at.astimezone(timezone.get_current_timezone())
        return here.utcoffset() == self.local.utcoffset()


def upcoming(schedule: PeriodicTask, now: datetime, count: int = 5) -> list[Upcoming]:
    """Return the next due times of a schedule, enabled or not. Raises `ValueError` for a broken one."""
    timing = timing_of(schedule)
    zone = ZoneInfo(zone_of(schedule))
    has_clock = isinstance(timing, Crontab | Once)
    before, found = now.astimezone(zone), []
    for due in islice(due_after(schedule, now), count):
        local = due.astimezone(zone)
        change = _clock_change(before, local) if has_clock else ""
        found.append(Upcoming(due, local, has_clock, change))
        before = local
    return found


def _clock_change(before: datetime, after: datetime) -> str:
    moved = (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
    minutes = moved // timedelta(minutes=1)
    if not minutes:
        return ""
    way = "forward" if minutes > 0 else "back"
    return f"Clocks in {after.tzinfo} go {way} by {abs(minutes)} min before this run."
