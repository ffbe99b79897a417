"""Chooses who answers for a schedule."""

from django.db import transaction
from django_celery_beat.models import PeriodicTask

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.core.actors import Actor, holds, require
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited
from apps.schedules.locks import lock_schedule
from apps.schedules.models import ScheduleOwner
from apps.schedules.ownership import MANAGE, VIEW


@transaction.atomic
def schedule_set_owner(
    *, schedule: PeriodicTask, owner: User | None, reason: str = "", actor: Actor
) -> bool:
    """Make `owner` the person who is notified of a schedule's alarms; return whether that changed anything.

    Without an owner, the last person who changed the schedule is told. Raises `MissingPermission`, and
    `DomainError` for a person who may not see schedules.
    """
    require(actor, MANAGE)
    refuse_limited(actor, "Scheduled tasks affect every organization.")
    locked = lock_schedule(schedule)
    if owner is not None and not (owner.is_staff and owner.is_active and holds(owner, VIEW)):
        raise DomainError(f"{owner} may not see schedules. Choose somebody who may.")
    chosen = ScheduleOwner.objects.filter(schedule=locked).first()
    if (chosen.owner_id if chosen else None) == (owner.pk if owner else None):
        return False
    with audit_context(actor=actor, reason=reason):
        if owner is None:
            ScheduleOwner.objects.filter(schedule=locked).delete()
        else:
            ScheduleOwner.objects.update_or_create(schedule=locked, defaults={"owner": owner})
    return True
