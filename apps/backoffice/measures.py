"""The numbers that need several apps at once."""

from django.db.models import QuerySet
from django_celery_beat.models import PeriodicTask

from apps.accounts.models import User
from apps.backoffice.access_review import staff_of
from apps.core.actors import Actor
from apps.core.scope import is_limited, nothing_of
from apps.reports.measures import MEASURES, Measure
from apps.reports.rows import days_ago
from apps.schedules.models import TaskRun

STAFF, SCHEDULES, BAD_RUNS = "staff", "schedules", "runs_that_ended_badly"


def schedules_of(actor: Actor) -> QuerySet[PeriodicTask]:
    """Return the schedules whose runs the actor sees; None is the system."""
    schedules = PeriodicTask.objects.all()
    return nothing_of(schedules) if is_limited(actor) else schedules


def runs_of(actor: Actor, days: int) -> QuerySet[TaskRun]:
    """Return the runs that were due from the first of these days until the end of today, of schedules that exist."""
    runs = TaskRun.objects.filter(schedule__in=schedules_of(actor))
    return runs.filter(due_at__gte=days_ago(days), due_at__lt=days_ago(-1))


MEASURES.add(
    Measure(
        STAFF,
        "Staff",
        "Active people with a staff role, and superusers.",
        User,
        staff_of,
    ),
    Measure(
        SCHEDULES,
        "Schedules",
        "Schedules, enabled or not.",
        PeriodicTask,
        schedules_of,
    ),
    Measure(
        BAD_RUNS,
        "Runs that ended badly",
        "Runs that were due during these days, of schedules that exist, and failed, were lost, or were refused.",
        TaskRun,
        of_days=lambda actor, days: runs_of(actor, days).filter(state__in=TaskRun.UNHAPPY),
        default_days=7,
    ),
)
