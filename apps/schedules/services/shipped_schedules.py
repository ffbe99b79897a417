"""Loads the shipped schedules into the database."""

import json

from django.db import transaction
from django_celery_beat.models import PeriodicTask

from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.schedules import event_kinds
from apps.schedules.models import ShippedSchedule
from apps.schedules.task_names import shipped_schedules
from apps.schedules.timing import store
from apps.schedules.when import parse


@transaction.atomic
def schedules_load() -> list[str]:
    """Create every shipped schedule that is new; return their names.

    One that was shipped before is operations' own: it is neither changed nor, where somebody renamed or deleted
    it, created again.
    """
    present = set(PeriodicTask.objects.values_list("name", flat=True))
    created = []
    with audit_context(actor="set-up", reason="Shipped with the product."):
        for name, (task, shipped) in shipped_schedules().items():
            _, is_new = ShippedSchedule.objects.get_or_create(name=name)
            if not is_new or name in present:
                continue
            schedule = PeriodicTask.objects.create(
                name=name,
                task=task.name,
                kwargs=json.dumps(dict(shipped.arguments)),
                description=task.description,
                **store(parse(shipped.when)),
            )
            record_event(
                event_kinds.SCHEDULE_CHANGE, target=schedule, schedule=schedule.name, what="created"
            )
            created.append(schedule.name)
    return created
