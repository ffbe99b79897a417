"""Plans changes of a flag or a switch, and cancels them. Services: lock, check, write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.accounts.approvable import registry
from apps.accounts.approvals.guard import real_actor_key, require_approval
from apps.audit.events import record_event
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited
from apps.flags import event_kinds
from apps.flags.models import ChangePlan, Flag, PlannedChange, Switch, Toggle
from apps.flags.plans.hands import hand_since, newest
from apps.flags.plans.mails import announce_end
from apps.flags.plans.selectors import next_change_of, waiting_plan
from apps.flags.plans.wording import (
    becomes_checked,
    becomes_in_words,
    change_in_words,
    due_in_words,
    now_of,
)
from apps.flags.services import EVERYONE, toggle_become

PLAN = "flags.plan"
MODELS: dict[str, Any] = {"flag": Flag, "switch": Switch}
MOST_CHANGES = 20
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Step:
    """One change to plan: from this moment on, the flag becomes "on", "off", "targets", or a percentage."""

    at: datetime
    becomes: str


@transaction.atomic
def changes_plan(
    *, kind: str, name: str, steps: Sequence[Step], zone: str = "", reason: str, actor: Actor
) -> ChangePlan:
    """Plan changes of a "flag" or "switch"; a protected one's need one approval for all of them.

    Raises `MissingPermission`, and `DomainError` without a reason, for times that have passed or are equal, and
    where changes are planned already.
    """
    reason = _check(actor, reason)
    toggle = _locked(kind, name)
    zone = _zone_checked(zone or settings.TIME_ZONE)
    planned = steps_checked(kind, steps)
    _refuse_second(toggle)
    arguments: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "zone": zone,
        "steps": [[step.at.astimezone(UTC).isoformat(), step.becomes] for step in planned],
    }
    is_approved = _approved(toggle, arguments, actor)
    return _store(toggle, planned, zone, reason, actor, is_approved)


@transaction.atomic
def change_for_a_while(
    *, kind: str, name: str, becomes: str, minutes: int, reason: str, actor: Actor
) -> ChangePlan:
    """Turn a flag or switch now, and plan the way back to what it is; raises as `changes_plan` does.

    The approval of a protected one covers both.
    """
    reason = _check(actor, reason)
    toggle = _locked(kind, name)
    becomes, before = becomes_checked(kind, becomes), now_of(toggle)
    if becomes == before:
        raise DomainError(f"“{name}” is {becomes_in_words(kind, before)} already.")
    if kind == "flag" and becomes not in EVERYONE:
        # The way back would need two changes at once: of the state, and of the percentage.
        raise DomainError("A percentage can't be for a while. Plan both changes instead.")
    if not 1 <= minutes <= LONGEST / timedelta(minutes=1):
        raise DomainError("It can be turned for a minute at least, and a year at most.")
    _refuse_second(toggle)
    arguments = {"kind": kind, "name": name, "becomes": becomes, "minutes": minutes}
    is_approved = _approved(toggle, arguments, actor)
    toggle_become(
        kind=kind, name=name, becomes=becomes, reason=reason, actor=actor, is_approved=is_approved
    )
    back = Step(timezone.now() + timedelta(minutes=minutes), before)
    return _store(toggle, [back], settings.TIME_ZONE, reason, actor, is_approved)


@transaction.atomic
def plan_cancel(*, plan: ChangePlan, reason: str, actor: Actor) -> None:
    """Cancel what a plan has not done yet. For a protected flag that changes what was approved, so it needs the same.

    Raises `MissingPermission`, and `DomainError` without a reason, or for a plan that has ended.
    """
    reason = _check(actor, reason)
    toggle = MODELS[plan.kind].objects.select_for_update().filter(pk=plan.toggle_id).first()
    locked = ChangePlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if locked.state != ChangePlan.State.WAITING:
        raise DomainError("These changes have ended already.")
    arguments = {"kind": locked.kind, "name": locked.name, "cancel": locked.pk}
    if toggle is not None:
        _approved(toggle, arguments, actor)
    who = str(actor) if actor is not None else "the system"
    with acting_as(actor=actor, reason=reason):
        plan_end(locked, ChangePlan.State.CANCELED, f"{who} canceled it: “{reason.rstrip('.')}”.")
        record_event(
            event_kinds.FLAG_PLANNED, actor=actor, target=toggle, name=locked.name, canceled=True
        )
    announce_end(locked, besides=getattr(actor, "pk", None))


def plan_end(locked: ChangePlan, state: ChangePlan.State, outcome: str) -> None:
    """End a plan, and cancel what it has not done. The caller holds its lock."""
    now = timezone.now()
    locked.changes.filter(state=PlannedChange.State.WAITING).update(
        state=PlannedChange.State.CANCELED, message=outcome, ended_at=now
    )
    locked.state, locked.outcome, locked.ended_at = state, outcome, now
    locked.save(update_fields=["state", "outcome", "ended_at"])


def steps_checked(kind: str, steps: Sequence[Step]) -> list[Step]:
    """Return the steps in order. Raises `DomainError` for what cannot be planned."""
    if not 1 <= len(steps) <= MOST_CHANGES:
        raise DomainError(f"Plan at least one change, and at most {MOST_CHANGES}.")
    now = timezone.now()
    planned = sorted(
        (Step(s.at, becomes_checked(kind, s.becomes)) for s in steps), key=lambda s: s.at
    )
    for before, step in zip([None, *planned], planned, strict=False):
        if step.at <= now:
            raise DomainError(f"{due_in_words(step.at, '')} has passed. Choose a later time.")
        if step.at > now + LONGEST:
            raise DomainError("A change can be planned for a year ahead at most.")
        if before is not None and before.at == step.at:
            raise DomainError(
                f"Two changes are planned for {due_in_words(step.at, '')}. Choose one."
            )
    return planned


def _zone_checked(zone: str) -> str:
    if zone not in available_timezones():
        raise DomainError(f"“{zone}” is not a time zone. Write one such as Europe/Berlin or UTC.")
    return zone


def _store(
    toggle: Toggle, steps: list[Step], zone: str, reason: str, actor: Actor, is_approved: bool
) -> ChangePlan:
    person = user_or_none(actor)
    with acting_as(actor=actor, reason=reason):
        plan = ChangePlan.objects.create(
            kind=str(toggle._meta.model_name),
            name=toggle.name,
            toggle_id=toggle.pk,
            zone=zone,
            reason=reason,
            is_approved=is_approved,
            seen=newest(toggle),
            planned_by=person,
            real_planned_by_id=real_actor_key() if person else None,
            planner_name="" if person or actor is None else str(actor),
        )
        changes = [PlannedChange(plan=plan, due_at=s.at, becomes=s.becomes) for s in steps]
        PlannedChange.objects.bulk_create(changes)
        words = [change_in_words(change) for change in changes]
        record_event(
            event_kinds.FLAG_PLANNED, actor=actor, target=toggle, name=toggle.name, changes=words
        )
    return plan


def _check(actor: Actor, reason: str) -> str:
    require(actor, "flags.flip_flag")
    refuse_limited(actor, "Flags affect every organization.")
    if not (reason := reason.strip()):
        raise DomainError("A reason is required.")
    return reason


def _locked(kind: str, name: str) -> Any:
    if kind not in MODELS:
        raise DomainError("Changes of flags and switches can be planned, and of nothing else.")
    found = MODELS[kind].objects.select_for_update().filter(name=name).first()
    if found is None:
        raise DomainError(f"There is no {kind} “{name}”.")
    return found


def _refuse_second(toggle: Toggle) -> None:
    """Refuse where changes are planned. What somebody's hand has ended is canceled here: no schedule may have looked."""
    waiting = waiting_plan(toggle)
    if waiting is None:
        return
    plan = ChangePlan.objects.select_for_update(of=("self",)).get(pk=waiting.pk)
    if hand := hand_since(toggle, plan.seen):
        plan_end(plan, ChangePlan.State.CANCELED, hand)
        announce_end(plan)
        return
    if change := next_change_of(plan):
        raise DomainError(
            f"Changes of “{toggle.name}” are planned already (next: {change_in_words(change)}). Cancel them first."
        )


def _approved(toggle: Toggle, arguments: dict[str, Any], actor: Actor) -> bool:
    """Return whether a second person has approved this. Raises `ApprovalNeeded` if one must and has not."""
    if not toggle.is_protected:
        return False
    require_approval(PLAN, arguments, actor=actor)
    return registry.get(PLAN).is_required_for(arguments, 1)
