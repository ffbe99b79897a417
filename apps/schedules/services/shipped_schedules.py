"""Loads the shipped schedules into the database."""

import json
from typing import Any

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.core.schedulable import Shipped
from apps.schedules import event_kinds
from apps.schedules.models import ShippedSchedule
from apps.schedules.task_names import shipped_schedules


@transaction.atomic
def schedules_load() -> list[str]:
    """Create every shipped schedule that is missing; return the names of the new ones.

    What is there is never touched. One that is not wanted is disabled: deleted, it comes back with
    the next set-up.
    """
    present = set(PeriodicTask.objects.values_list("name", flat=True))
    created = []
    with audit_context(actor="set-up", reason="Shipped with the product."):
        for name, (task, shipped) in shipped_schedules().items():
            ShippedSchedule.objects.get_or_create(name=name)
            if name in present:
                continue
            schedule = PeriodicTask.objects.create(
                name=name,
                task=task.name,
                kwargs=json.dumps(dict(shipped.kwargs)),
                description=task.description,
                **_timing(shipped),
            )
            record_event(
                event_kinds.SCHEDULE_CHANGE, target=schedule, schedule=schedule.name, what="created"
            )
            created.append(schedule.name)
    return created


def _timing(shipped: Shipped) -> dict[str, Any]:
    if shipped.every:
        every, period = shipped.every
        interval, _ = IntervalSchedule.objects.get_or_create(every=every, period=period)
        return {"interval": interval}
    minute, hour, day_of_month, month_of_year, day_of_week = shipped.crontab.split()
    crontab, _ = CrontabSchedule.objects.get_or_create(
        minute=minute,
        hour=hour,
        day_of_month=day_of_month,
        month_of_year=month_of_year,
        day_of_week=day_of_week,
        timezone=settings.TIME_ZONE,
    )
    return {"crontab": crontab}
