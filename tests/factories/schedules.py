"""Schedules by state, and runs."""

import factory
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from factory.django import DjangoModelFactory

from apps.schedules.models import TaskRun


class IntervalFactory(DjangoModelFactory):
    class Meta:
        model = IntervalSchedule
        django_get_or_create = ("every", "period")

    every = 1
    period = "hours"


class ScheduleFactory(DjangoModelFactory):
    """An enabled schedule of a declared task, every hour."""

    class Meta:
        model = PeriodicTask

    name = factory.Sequence(lambda n: f"Schedule {n}")
    task = "apps.schedules.tasks.prune_task_runs"
    interval = factory.SubFactory(IntervalFactory)


class TaskRunFactory(DjangoModelFactory):
    """A run that waits for a worker."""

    class Meta:
        model = TaskRun

    run_key = factory.Sequence(lambda n: f"made:{n}")
    schedule = factory.SubFactory(ScheduleFactory)
    schedule_name = factory.LazyAttribute(lambda run: run.schedule.name if run.schedule else "")
    task_name = "apps.schedules.tasks.prune_task_runs"
    due_at = factory.LazyFunction(timezone.now)


class RunningTaskRunFactory(TaskRunFactory):
    state = TaskRun.State.RUNNING
    started_at = factory.LazyFunction(timezone.now)
    heartbeat_at = factory.LazyFunction(timezone.now)
