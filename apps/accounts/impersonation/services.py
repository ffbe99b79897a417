"""Starts and ends impersonations."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from apps.accounts import event_kinds
from apps.accounts.authority import account_lock
from apps.accounts.gates import IMPERSONATION
from apps.accounts.impersonation.rules import PERMISSION, WRITING, obstacle_to
from apps.accounts.models import Impersonation, User
from apps.audit.context import current
from apps.audit.events import record_event
from apps.core.actors import acting_as, holds, require
from apps.core.errors import DomainError
from apps.core.gates import is_open, require_open


def impersonation_start(
    *, target: User, may_write: bool, actor: User, reason: str
) -> Impersonation:
    """Start acting as `target`; an impersonation that `actor` has open elsewhere ends.

    Raises `DomainError` if they may not act as this person. The caller has asked for a fresh
    factor, and stores the ID in the session.
    """
    require(actor, PERMISSION, *([WRITING] if may_write else []))
    require_open(IMPERSONATION)
    if not reason.strip():
        raise DomainError("A reason is required. It is kept, and the person can read it.")
    context = current()
    if context is not None and context.real_actor().id:
        raise DomainError("You are already acting as somebody else. Stop that first.")
    with acting_as(actor=actor, reason=reason):
        locked, impersonator = account_lock(user=target, actor=actor)
        require(impersonator, PERMISSION, *([WRITING] if may_write else []))
        if not isinstance(impersonator, User):
            raise DomainError("Only a person acts as somebody else.")
        if obstacle := obstacle_to(impersonator=impersonator, target=locked):
            raise DomainError(obstacle)
        for open_one in Impersonation.objects.filter(impersonator=actor, ended_at=None):
            impersonation_end(impersonation=open_one, ending=Impersonation.Ending.REPLACED)
        now = timezone.now()
        begun = Impersonation.objects.create(
            reason=reason,
            may_write=may_write,
            started_at=now,
            ends_at=now + timedelta(minutes=settings.IMPERSONATION_MINUTES),
            impersonator=actor,
            target=locked,
        )
        _record(begun, did="began", writing=may_write, until=begun.ends_at.isoformat())
        return begun


def impersonation_end(*, impersonation: Impersonation, ending: str) -> bool:
    """End an impersonation, for any reason; return whether it was open."""
    with acting_as(actor=impersonation.impersonator, reason=""):
        open_ones = Impersonation.objects.filter(pk=impersonation.pk, ended_at=None)
        if not open_ones.update(ended_at=timezone.now(), ending=ending):
            return False
        _record(impersonation, did="ended", how=str(Impersonation.Ending(ending).label))
    return True


def impersonations_expire() -> int:
    """End impersonations whose time is up and whose browser did not return; return how many."""
    over = Impersonation.objects.filter(ended_at=None, ends_at__lte=timezone.now())
    people = over.select_related("impersonator", "target")
    return sum(impersonation_end(impersonation=each, ending="expired") for each in people)


def ending_of(impersonation: Impersonation) -> str:
    """Return why an impersonation is over, if it is; checked at every request."""
    if impersonation.ended_at is not None:
        return impersonation.ending
    if impersonation.ends_at <= timezone.now():
        return Impersonation.Ending.EXPIRED
    if not is_open(IMPERSONATION):
        return Impersonation.Ending.SWITCHED_OFF
    impersonator, target = impersonation.impersonator, impersonation.target
    allowed = impersonator.is_active and holds(impersonator, PERMISSION)
    if impersonation.may_write and not holds(impersonator, WRITING):
        allowed = False
    if not allowed or obstacle_to(impersonator=impersonator, target=target):
        return Impersonation.Ending.REFUSED
    return ""


def _record(impersonation: Impersonation, **data: object) -> None:
    """Write the event into the timelines of both."""
    impersonator, target = impersonation.impersonator, impersonation.target
    for about, other in ((target, "by"), (impersonator, "as")):
        names = {other: str(impersonator if other == "by" else target)}
        record_event(event_kinds.IMPERSONATION, actor=impersonator, target=about, **data, **names)
