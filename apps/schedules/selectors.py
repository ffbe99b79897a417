"""Reads about schedules and their runs."""

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
)

from apps.schedules.models import ShippedSchedule, TaskRun
from apps.schedules.task_names import shipped_schedules

SHIPPED, RETIRED, OWN = "shipped", "retired", "own"


def with_last_run(queryset: QuerySet[PeriodicTask]) -> QuerySet[PeriodicTask]:
    """Add the last run of each schedule, in the list's own query, and where it came from."""
    last = TaskRun.objects.filter(schedule=OuterRef("pk")).order_by("-id")
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


def timing_in_words(schedule: PeriodicTask) -> str:
    """Return in words when a schedule runs: "every 5 minutes", "at 07:00 on Monday (Europe/Berlin)"."""
    if isinstance(schedule.interval, IntervalSchedule):
        return interval_in_words(schedule.interval)
    if isinstance(schedule.crontab, CrontabSchedule):
        return crontab_in_words(schedule.crontab)
    if isinstance(schedule.clocked, ClockedSchedule):
        return f"Once, {schedule.clocked.clocked_time:%Y-%m-%d %H:%M %Z}"
    return str(schedule.solar) if schedule.solar else "Never: it has no time"


def interval_in_words(interval: IntervalSchedule) -> str:
    if interval.every == 1:
        return f"Every {interval.period_singular}"
    return f"Every {interval.every:,} {interval.period}"


def crontab_in_words(crontab: CrontabSchedule) -> str:
    message = crontab.human_readable
    zone = str(crontab.timezone)
    return f"{message.removesuffix(zone).strip().rstrip(',')} ({zone})"
