"""Alarms of schedules, by state."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.schedules.models import Alarm
from tests.factories.accounts import StaffFactory
from tests.factories.schedules import TaskRunFactory


class AlarmFactory(DjangoModelFactory):
    """An open alarm of a run that failed."""

    class Meta:
        model = Alarm

    kind = Alarm.Kind.FAILED
    run = factory.SubFactory(TaskRunFactory, state="failed")
    schedule = factory.SelfAttribute("run.schedule")
    schedule_name = factory.SelfAttribute("schedule.name")
    details = "Run 7 failed: the report has no readers."
    since = factory.LazyFunction(timezone.now)


class AcknowledgedAlarmFactory(AlarmFactory):
    acknowledged_at = factory.LazyFunction(timezone.now)
    acknowledged_by = factory.SubFactory(StaffFactory)
    note = "The mail server moves today."


class OverAlarmFactory(AcknowledgedAlarmFactory):
    since = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    ended_at = factory.LazyFunction(timezone.now)
    ended_because = "The latest run was in order."
