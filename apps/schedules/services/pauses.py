"""Pauses all schedules, and resumes them."""

from django.db import transaction
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.core.actors import Actor, require
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited
from apps.schedules import event_kinds
from apps.schedules.models import SchedulerPause
from apps.schedules.pauses import open_pause, show_again

_PERMISSION = "schedules.pause_schedules"


@transaction.atomic
def schedules_pause(*, reason: str, actor: Actor) -> SchedulerPause:
    """Let no schedule run until somebody resumes them. What is running goes on.

    Raises `MissingPermission`, and `DomainError` without a reason, or if they are paused already.
    """
    _require(actor)
    if not reason.strip():
        raise DomainError("A reason is required.")
    pause, is_new = SchedulerPause.objects.get_or_create(
        resumed_at=None, defaults={"reason": reason.strip(), "paused_by": user_or_none(actor)}
    )
    if not is_new:
        raise DomainError("All schedules are paused already.")
    show_again()
    with audit_context(actor=actor, reason=reason):
        record_event(event_kinds.SCHEDULES_PAUSED, resumed=False)
    return pause


@transaction.atomic
def schedules_resume(*, reason: str = "", actor: Actor) -> bool:
    """Let schedules run again from their next due times on; return whether they were paused.

    Raises `MissingPermission`. What was due in between is skipped, with the reason.
    """
    _require(actor)
    pause = open_pause(for_update=True)
    if pause is None:
        return False
    SchedulerPause.objects.filter(pk=pause.pk).update(
        resumed_at=timezone.now(), resumed_by=user_or_none(actor)
    )
    show_again()
    with audit_context(actor=actor, reason=reason.strip() or "Resumed"):
        record_event(event_kinds.SCHEDULES_PAUSED, resumed=True)
    return True


def _require(actor: Actor) -> None:
    require(actor, _PERMISSION)
    refuse_limited(actor, "Scheduled tasks affect every organization.")
