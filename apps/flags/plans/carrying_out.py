"""Carries out planned changes: each exactly once, in one transaction with the note that it was done.

A change says what holds from its time on. So one that is late is still carried out, however late; of several that
have become due, only the last one is, and the others are skipped with a word.
"""

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, InternalError, OperationalError, transaction
from django.utils import timezone

from apps.accounts.authority import actor_lock
from apps.accounts.impersonation.rules import stand_in_obstacle
from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.core.actors import holds
from apps.core.errors import DomainError
from apps.core.scope import sees_everything
from apps.flags.models import ChangePlan, PlannedChange
from apps.flags.plans.hands import hand_since, newest
from apps.flags.plans.mails import announce_done, announce_end
from apps.flags.plans.planning import MODELS, plan_end
from apps.flags.plans.wording import becomes_in_words, change_in_words
from apps.flags.services import toggle_become

logger = logging.getLogger(__name__)

# A schedule looks three times a minute; what takes longer is told.
_LATE = timedelta(minutes=2)
State = PlannedChange.State


def planned_changes_carry_out() -> tuple[int, int]:
    """Carry out what is due, and cancel plans of flags that somebody changed; return how many of each.

    A plan that fails ends with a word and holds up no other. Where the database is away, or lets nobody write now,
    nothing has happened: the error goes on after the other plans, and the next pass tries again.
    """
    done = ended = 0
    refused: Exception | None = None
    waiting = ChangePlan.objects.filter(state=ChangePlan.State.WAITING).order_by("pk")
    for key in list(waiting.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                result = _advance(key)
        except (OperationalError, InterfaceError, InternalError) as error:
            refused, result = error, ""
        except Exception as error:
            if not isinstance(error, DomainError):
                logger.exception("A planned change of a flag failed.")
            with transaction.atomic():
                result = _fail(key, _in_words(error))
        done, ended = done + (result == "done"), ended + (result == "ended")
    if refused is not None:
        raise refused
    return done, ended


def _advance(key: int) -> str:
    seen = ChangePlan.objects.get(pk=key)
    if seen.planned_by_id is not None:
        # Before any row lock: whether the planner may still do this must hold until the commit.
        actor_lock(User(pk=seen.planned_by_id))
    # The flag before the plan, as everybody who plans or cancels locks them.
    toggle = MODELS[seen.kind].objects.select_for_update().filter(pk=seen.toggle_id).first()
    plan = _locked(key)
    if plan is None:
        return ""
    if toggle is None:
        return _cancel(plan, f"The {plan.kind} no longer exists.")
    if hand := hand_since(toggle, plan.seen):
        return _cancel(plan, hand)
    now = timezone.now()
    due = list(plan.changes.filter(state=State.WAITING, due_at__lte=now).order_by("due_at"))
    if not due:
        return ""
    if obstacle := _obstacle(plan.planned_by, plan.real_planned_by):
        return _cancel(plan, obstacle)
    *overtaken, change = due
    for each in overtaken:
        _note(
            each,
            State.SKIPPED,
            now,
            f"Not carried out in time. By then, {change_in_words(change)} was due.",
        )
    with audit_context(
        actor=plan.planned_by or plan.planner_name or "planned changes",
        real_actor=plan.real_planned_by,
        reason=f"{plan.reason} (planned for {change.due_at:%Y-%m-%d %H:%M %Z})",
    ):
        has_changed = toggle_become(
            kind=plan.kind,
            name=toggle.name,
            becomes=change.becomes,
            reason=f"{plan.reason} (planned for {change.due_at:%Y-%m-%d %H:%M %Z})",
            actor=plan.planned_by or plan.planner_name or None,
            is_approved=plan.is_approved,
        )
    message = (
        "" if has_changed else f"It was {becomes_in_words(plan.kind, change.becomes)} already."
    )
    if now - change.due_at > _LATE:
        message = f"{message} Carried out late, at {now:%Y-%m-%d %H:%M %Z}.".strip()
    _note(change, State.DONE, now, message)
    plan.seen = newest(toggle)
    if not plan.changes.filter(state=State.WAITING).exists():
        plan.state, plan.ended_at = ChangePlan.State.DONE, now
    plan.save(update_fields=["seen", "state", "ended_at"])
    announce_done(change)
    return "done"


def _locked(key: int) -> ChangePlan | None:
    """Lock a plan that still waits; None if it has ended, or if another process has it in hand."""
    waiting = ChangePlan.objects.filter(pk=key, state=ChangePlan.State.WAITING)
    return waiting.select_for_update(of=("self",), skip_locked=True).first()


def _obstacle(planner: User | None, real: User | None) -> str:
    """Return why the planner may no longer do this; nothing if they may, or if no person planned it."""
    if planner is None:
        return ""
    if not planner.is_active:
        return f"{planner}, who planned it, has been deactivated."
    if not holds(planner, "flags.flip_flag") or not sees_everything(planner):
        return f"{planner}, who planned it, may no longer turn flags."
    return stand_in_obstacle(planner, real)


def _cancel(plan: ChangePlan, why: str) -> str:
    plan_end(plan, ChangePlan.State.CANCELED, why)
    announce_end(plan)
    return "ended"


def _fail(key: int, why: str) -> str:
    plan = _locked(key)
    if plan is None:
        return ""
    now = timezone.now()
    due = plan.changes.filter(state=State.WAITING, due_at__lte=now).order_by("due_at").last()
    if due is not None:
        _note(due, State.FAILED, now, why)
    plan_end(plan, ChangePlan.State.FAILED, why)
    announce_end(plan)
    return "ended"


def _note(change: PlannedChange, state: State, now: datetime, message: str) -> None:
    change.state, change.message, change.ended_at = state, message, now
    change.save(update_fields=["state", "message", "ended_at"])


def _in_words(error: Exception) -> str:
    if isinstance(error, DomainError):
        return error.message
    return f"It failed with an error that the log tells: {type(error).__name__}."
