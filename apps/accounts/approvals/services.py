"""The life of a request: made, approved and done, refused, withdrawn, expired, or void."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.accounts import event_kinds
from apps.accounts.approvable import registry
from apps.accounts.approvable.preview import ActionPreview, differences
from apps.accounts.approvable.registry import Approvable
from apps.accounts.approvable.visibility import DECIDE
from apps.accounts.approvals.guard import Draft, executing, people_behind, real_actor_key
from apps.accounts.approvals.mails import announce_later, answer_later
from apps.accounts.approvals.selectors import deciders_of, who_could
from apps.accounts.authority import actor_lock
from apps.accounts.impersonation.rules import later_obstacle
from apps.accounts.models import ApprovalRequest, User
from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.core.actors import Actor, acting_as, holds, require
from apps.core.errors import DomainError

State = ApprovalRequest.State


def approval_ask(*, draft: Draft, reason: str, actor: User) -> ApprovalRequest:
    """Create a request for what `require_approval` stopped, or return the waiting one for the same."""
    reason = reason.strip()
    if not reason:
        raise DomainError("A reason is required. The approver sees it.")
    action = registry.get(draft.kind)
    fingerprint = draft.preview.fingerprint(draft.kind, draft.arguments)
    with acting_as(actor=actor, reason=reason):
        # Two tabs of one person must not ask twice; nobody else can make the same request.
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        same = ApprovalRequest.objects.filter(
            requester=actor, kind=draft.kind, fingerprint=fingerprint, state=State.PENDING
        ).first()
        if same is not None and same.is_pending:
            return same
        if same is not None:
            _close(same, State.EXPIRED, "No one decided in time.")
        request = ApprovalRequest.objects.create(
            kind=draft.kind,
            sentence=draft.preview.sentence,
            arguments=draft.arguments,
            preview=draft.preview.to_json(),
            fingerprint=fingerprint,
            reason=reason,
            expires_at=timezone.now() + timedelta(hours=settings.FOUR_EYES_HOURS),
            beneficiaries=action.beneficiaries(draft.arguments),
            permissions=list(action.permissions_for(draft.arguments)),
            requester=actor,
            real_requester_id=real_actor_key(),
        )
        record_event(event_kinds.APPROVAL_ASKED, target=request, what=request.sentence)
        announce_later(request)
    return request


def approval_approve(
    *, request: ApprovalRequest, actor: Actor, reason: str = ""
) -> ApprovalRequest:
    """Approve a request and run its action as the requester, in one transaction.

    Returns it approved and done, or expired or void. Raises `MissingPermission`, and `DomainError`
    for one's own request, a decided request, or a refusal of the action itself; then nothing has
    changed.
    """
    require(actor, DECIDE)
    with acting_as(actor=actor, reason=reason):
        action = registry.get(request.kind)
        # Before any row lock, like every decision about permissions: this one depends on two
        # people's.
        actor = actor_lock(actor)
        require(actor, DECIDE)
        _may_decide(request, action, actor)
        # Lock the affected records first and the request second, in the order of other writers.
        action.lock(request.arguments)
        locked = _locked(request, actor)
        if not locked.is_pending:
            return _close(locked, State.EXPIRED, "No one decided in time.")
        if problem := what_voids(locked):
            return _close(locked, State.VOID, problem)
        requester = User.objects.get(pk=locked.requester_id)
        why = f"{locked.reason} (approved by {_name(actor)})"
        with (
            executing(locked.kind, locked.arguments, requester),
            audit_context(actor=requester, real_actor=_real_requester(locked), reason=why),
        ):
            outcome = action.execute(locked.arguments, actor=requester, reason=why)
        return _decide(locked, State.APPROVED, actor, reason, outcome)


def approval_refuse(*, request: ApprovalRequest, actor: Actor, reason: str) -> ApprovalRequest:
    """Refuse a request; the requester sees the reason. Returns it expired if its time is over."""
    require(actor, DECIDE)
    if not reason.strip():
        raise DomainError("A reason is required. The requester sees it.")
    with acting_as(actor=actor, reason=reason):
        # Read the people again: permissions from the start of the request may have been revoked.
        actor = actor_lock(actor)
        require(actor, DECIDE)
        _may_decide(request, registry.get(request.kind), actor)
        locked = _locked(request, actor)
        if not locked.is_pending:
            return _close(locked, State.EXPIRED, "No one decided in time.")
        return _decide(locked, State.REFUSED, actor, reason, "Nothing was changed.")


def approval_withdraw(*, request: ApprovalRequest, actor: User, reason: str = "") -> None:
    """Withdraw one's own request."""
    with acting_as(actor=actor, reason=reason):
        locked = _locked(request, actor)
        if actor.pk not in (locked.requester_id, locked.real_requester_id):
            raise DomainError("Only the requester can withdraw a request. You can refuse it.")
        _close(locked, State.WITHDRAWN, reason.strip() or "Withdrawn by the requester.")


def approvals_void(*, kind: str, arguments: dict[str, Any], why: str) -> int:
    """Void the waiting requests for an action with these arguments, which has become impossible.

    The caller must hold a transaction and the record's lock.
    """
    waiting = ApprovalRequest.objects.filter(state=State.PENDING, kind=kind)
    found = waiting.filter(arguments__contains=arguments).select_for_update(of=("self",))
    return len([_close(request, State.VOID, why) for request in found])


def approvals_sweep() -> tuple[int, int]:
    """End expired and void requests; return how many of each."""
    expired = void = 0
    for key in ApprovalRequest.objects.filter(state=State.PENDING).values_list("pk", flat=True):
        with acting_as(actor="task sweep_approvals"):
            request = (
                ApprovalRequest.objects.select_for_update(skip_locked=True)
                .filter(pk=key, state=State.PENDING)
                .first()
            )
            if request is None:
                continue
            if not request.is_pending:
                _close(request, State.EXPIRED, "No one decided in time.")
                expired += 1
            elif problem := what_voids(request):
                _close(request, State.VOID, problem)
                void += 1
    return expired, void


def what_voids(request: ApprovalRequest) -> str:
    """Return in words why a waiting request can no longer be approved, or nothing."""
    try:
        action = registry.get(request.kind)
    except DomainError as error:
        return error.message
    requester = User.objects.get(pk=request.requester_id)
    if not requester.is_active:
        return f"{requester} has been deactivated."
    if problem := later_obstacle(impersonator=_real_requester(request), target=requester):
        return problem
    for name in action.permissions_for(request.arguments):
        if not holds(requester, name):
            return f"{requester} no longer has the permission {name}."
    if not action.may_reach(requester, request.arguments):
        return f"{requester} no longer has all of this in scope."
    try:
        now = action.preview(request.arguments)
    except DomainError as error:
        return error.message
    if now.fingerprint(request.kind, request.arguments) == request.fingerprint:
        return ""
    changed = "; ".join(differences(ActionPreview.from_json(request.preview), now)[:5])
    return f"It changed after the request was made: {changed}."


def _real_requester(request: ApprovalRequest) -> User | None:
    """Return the current record of the person who acted as the requester, if anyone did."""
    return User.objects.filter(pk=request.real_requester_id).first()


def _may_decide(request: ApprovalRequest, action: Approvable, actor: Actor) -> None:
    """Refuse the requester, impersonators, beneficiaries, and people who lack the permissions themselves."""
    if not isinstance(actor, User):
        _has_no_other_approver(request, action, actor)
        return
    if people_behind(actor) & {request.requester_id, request.real_requester_id}:
        raise DomainError("You can't decide on your own request. Ask a colleague.")
    if real_actor_key() not in (None, actor.pk):
        raise DomainError("You can't decide while acting as somebody else.")
    if actor.pk in request.beneficiaries:
        raise DomainError("This is about your own permissions, so somebody else must decide.")
    require(actor, *action.permissions_for(request.arguments))
    if not action.may_reach(actor, request.arguments):
        raise DomainError(
            "Some of these records are outside your scope, so somebody else must decide."
        )
    if obstacle := action.obstacle(actor, request.arguments):
        raise DomainError(obstacle)


def _has_no_other_approver(request: ApprovalRequest, action: Approvable, actor: Actor) -> None:
    """Let an operator on the server decide only if nobody else could."""
    people = deciders_of(request)
    if people:
        raise DomainError(
            "A colleague can decide this, so it can't be decided on the server. "
            f"{who_could(people, action)}"
        )


def _locked(request: ApprovalRequest, actor: Actor) -> ApprovalRequest:
    locked = (
        ApprovalRequest.objects.for_actor(actor)
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=request.pk)
        .first()
    )
    if locked is None:
        raise DomainError("This request no longer exists, or you can't see it.")
    if locked.state != State.PENDING:
        by = f" by {locked.decided_by}" if locked.decided_by else ""
        raise DomainError(
            f"This request is no longer open: {locked.get_state_display().lower()}{by}."
        )
    return locked


def _decide(
    locked: ApprovalRequest, state: State, actor: Actor, reason: str, outcome: str
) -> ApprovalRequest:
    locked.decided_by = actor if isinstance(actor, User) else None
    by = "" if locked.decided_by else f"Decided by {_name(actor)}. "
    locked.decision_reason = f"{by}{reason.strip()}"
    _close(locked, state, outcome)
    record_event(
        event_kinds.APPROVAL_DECIDED,
        actor=actor,
        target=locked,
        decision=str(state),
        what=locked.sentence,
        requester=str(locked.requester),
        approver=_name(actor),
        outcome=outcome,
    )
    return locked


def _close(locked: ApprovalRequest, state: State, outcome: str) -> ApprovalRequest:
    """End a request. The caller holds its lock."""
    locked.state, locked.outcome, locked.decided_at = state, outcome, timezone.now()
    locked.save(update_fields=["state", "outcome", "decided_at", "decided_by", "decision_reason"])
    if state != State.WITHDRAWN:
        answer_later(locked)
    return locked


def _name(actor: Actor) -> str:
    return str(actor) if actor is not None else "the system"
