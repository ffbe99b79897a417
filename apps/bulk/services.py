"""Bulk actions: planned, confirmed, canceled, undone. The permission is the action's own."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from apps.audit.context import real_actor_id
from apps.bulk.actions import BulkAction, offered
from apps.bulk.engine.events import record_canceled
from apps.bulk.models import BulkRun
from apps.bulk.tasks import bulk_run_advance
from apps.bulk.work_queues import queue_for
from apps.core.actors import Actor, require
from apps.core.approvals import APPROVALS
from apps.core.errors import DomainError
from apps.core.job_kinds import JOBS_SWEEP
from apps.core.sending import send_after_commit

State = BulkRun.State
UNDOABLE = (State.APPLIED, State.APPLIED_IN_PART, State.CANCELED, State.FAILED, State.UNDO_STOPPED)


@transaction.atomic
def bulk_run_plan(
    *,
    action: BulkAction,
    query: str,
    keys: list[str] | None = None,
    arguments: dict[str, list[str]] | None = None,
    actor: Actor,
) -> BulkRun:
    """Start to plan an action on what a list shows at `query`, or on `keys` of it."""
    user = _person(actor)
    require(user, action.permission)
    action.refuse(user)
    run = BulkRun.objects.create(
        action=action.code,
        model=action.model,
        query={"query": query} | ({} if keys is None else {"keys": keys}),
        arguments=arguments or {},
        user=user,
        real_user_id=real_actor_id(),
    )
    _send(run)
    return run


@transaction.atomic
def bulk_run_confirm(*, run: BulkRun, reason: str, actor: Actor) -> BulkRun:
    """Apply a plan. Only the person who made it confirms it, and gives the reason.

    Raises `ApprovalNeeded` where so many records are changed by two people only.
    """
    run = _locked(run)
    action = offered(run.action).action
    user = _person(actor)
    require(user, action.permission)
    action.refuse(user)
    if run.user_id != user.pk:
        raise DomainError(f"Only {run.user} can confirm this plan.")
    if run.state != State.PLANNED:
        raise DomainError(f"This bulk action is {run.get_state_display().lower()}.")
    if not run.rows_to_do:
        raise DomainError("Nothing would change.")
    if action.reason == "required" and not reason.strip():
        raise DomainError("A reason is required.")
    APPROVALS.get().require_for_run({"run": run.pk}, count=run.rows_to_do, actor=user)
    run.state, run.reason, run.confirmed_at = State.APPLYING, reason.strip(), timezone.now()
    # Somebody else may act in the person's place now than when it was planned.
    run.real_user_id = real_actor_id()
    run.save(update_fields=["state", "reason", "confirmed_at", "real_user"])
    _send(run)
    return run


@transaction.atomic
def bulk_run_cancel(*, run: BulkRun, actor: Actor) -> BulkRun:
    """Stop a run within one chunk. What is changed stays changed, and can be undone."""
    run = _locked(run)
    require(actor, offered(run.action).action.permission)
    if run.state == State.PLANNED:
        run.state, run.ended_at = State.CANCELED, timezone.now()
        run.error = "Canceled. Nothing was changed."
        run.save(update_fields=["state", "ended_at", "error"])
    elif run.is_working:
        run.cancel_requested_at = timezone.now()
        run.save(update_fields=["cancel_requested_at"])
    else:
        raise DomainError(f"It has already ended: {run.get_state_display().lower()}.")
    record_canceled(run, actor=actor)
    return run


@transaction.atomic
def bulk_run_undo(*, run: BulkRun, reason: str, actor: Actor) -> BulkRun:
    """Undo what a run changed. What somebody changed since is kept, and listed."""
    run = _locked(run)
    action = offered(run.action).action
    user = _person(actor)
    require(user, action.permission)
    action.refuse(user)
    if why := why_not_undo(run, action):
        raise DomainError(why)
    if not reason.strip():
        raise DomainError("A reason is required.")
    APPROVALS.get().require_for_run({"run": run.pk, "undo": True}, count=run.changed, actor=user)
    run.state, run.undo_reason, run.undo_confirmed_at = (
        State.UNDOING,
        reason.strip(),
        timezone.now(),
    )
    run.undo_user, run.undo_real_user_id = user, real_actor_id()
    # What an undo that was stopped has kept is not tried again.
    run.rows_to_do, run.rows_done = run.items.filter(outcome="changed").count(), 0
    run.cancel_requested_at, run.error, run.ended_at = None, "", None
    run.save()
    _send(run)
    return run


def why_not_undo(run: BulkRun, action: BulkAction) -> str:
    """Return why a run cannot be undone, as a sentence; nothing if it can."""
    if run.state not in UNDOABLE or run.changed <= 0:
        return "There is nothing to undo."
    if not action.is_undoable:
        return action.why_not_undoable
    if not run.items.filter(outcome="changed").exists():
        return "The list of its records was deleted, so it can't be undone any more."
    return ""


def _locked(run: BulkRun) -> BulkRun:
    found: BulkRun = BulkRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    return found


def _person(actor: Actor) -> Any:
    if not isinstance(actor, get_user_model()):
        raise DomainError("Only a person can run a bulk action.")
    return actor


def _send(run: BulkRun) -> None:
    send_after_commit(bulk_run_advance, run.pk, swept_by=JOBS_SWEEP, queue=queue_for(run))


def keys_of(values: list[str]) -> list[str]:
    """Return the posted keys that are keys at all."""
    found = []
    for value in values:
        try:
            found.append(str(UUID(value)))
        except ValueError:
            continue
    return found
