"""The life of a change: requested, confirmed by the new address, canceled, expired, or void."""

from datetime import timedelta

from django.utils import timezone

from apps.accounts import event_kinds, sessions
from apps.accounts.actors import user_or_none
from apps.accounts.approvals.guard import require_approval
from apps.accounts.authority import (
    account_decide,
    account_lock,
    account_obstacle,
    is_colleague,
)
from apps.accounts.email_changes.mails import changed_mail_queue, request_mails_queue
from apps.accounts.email_changes.selectors import email_change_of_token
from apps.accounts.email_changes.tokens import digest, new_token
from apps.accounts.models import EmailChange, User
from apps.audit.events import record_event
from apps.core.actors import Actor, acting_as, holds, require
from apps.core.constraints import refusals_in_words, validated
from apps.core.errors import DomainError
from apps.core.fields import fold_email
from apps.core.personal_patterns import masked
from apps.core.scope import refuse_limited

PERMISSION = "accounts.change_email"
APPROVAL = "accounts.change_email"
LIFETIME = timedelta(hours=24)
# Limits how many e-mails a stranger's inbox can get.
MOST_A_DAY = 5
SIGNS_IN = "People sign in with one address, whatever organization they belong to."
UNKNOWN = "This link isn't valid. Open the link in the newest e-mail."

State = EmailChange.State


def email_change_request(*, user: User, email: str, actor: Actor, reason: str) -> EmailChange:
    """Ask the new address to confirm that it becomes `user`'s; nothing changes until then.

    People change their own address with a fresh factor, which the caller has asked for. Another
    person's address needs `accounts.change_email` and an account without more power. A colleague's
    also needs a second person if `FOUR_EYES` lists roles. A pending change is canceled.
    """
    is_own = isinstance(actor, User) and actor.pk == user.pk
    if not is_own:
        require(actor, PERMISSION)
        refuse_limited(actor, SIGNS_IN)
    if not reason.strip():
        raise DomainError("A reason is required.")
    with acting_as(actor=actor, reason=reason):
        person, now = _decide(user, actor, is_own)
        new = fold_email(email)
        _check(person, new, is_own)
        of_colleague = is_colleague(person)
        if of_colleague and not is_own:
            arguments = {"user": str(person.pk), "email": new}
            require_approval(APPROVAL, arguments, actor=now)
        _end_pending(person, "Another address was requested.")
        change = EmailChange(
            user=person,
            old_email=person.email,
            new_email=new,
            reason=reason.strip(),
            of_colleague=of_colleague,
            token_digest=digest(new_token()),
            expires_at=timezone.now() + LIFETIME,
            requested_by=user_or_none(now),
        )
        validated(change)
        change.save(force_insert=True)
        _record(change, actor=now, did="asked")
        request_mails_queue(change)
        return change


def email_change_confirm(*, token: str) -> EmailChange:
    """Make the change that `token` was mailed for; its holder reads the new address's mail.

    Returns it confirmed, void, or expired. Everything that the old address opened ends: sessions,
    and links to set a password. Raises `DomainError` for a link that is unknown or was used.
    """
    found = email_change_of_token(token)
    if found is None:
        raise DomainError(UNKNOWN)
    requester: Actor = found.requested_by or "e-mail confirmation"
    reason = f"{found.reason} (confirmed by the new address)"
    with acting_as(actor=requester, reason=reason):
        person, now = account_lock(user=found.user, actor=requester, in_scope=False)
        change = EmailChange.objects.select_for_update().get(pk=found.pk)
        if change.token_digest != digest(token):
            raise DomainError(UNKNOWN)
        if change.state != State.PENDING:
            raise DomainError(
                f"This link can't be used any more: {change.get_state_display().lower()}."
            )
        if not change.is_pending:
            return _end(change, State.EXPIRED, "The link wasn't used in time.")
        if problem := _what_voids(change, person, now):
            return _end(change, State.VOID, problem)
        person.email, person.is_verified = change.new_email, True
        with refusals_in_words():
            person.save(update_fields=["email", "is_verified"])
        # Links to set a password become invalid with the address that they were made for.
        sessions.end_all(
            sessions.open_sessions(person),
            user=person,
            actor=now,
            reason=reason,
            because="because your e-mail address was changed",
        )
        _end(change, State.CONFIRMED, "", actor=now)
        changed_mail_queue(change)
        return change


def email_change_cancel(*, user: User, actor: Actor, reason: str = "") -> EmailChange:
    """Cancel the pending change; its link says so from now on."""
    is_own = isinstance(actor, User) and actor.pk == user.pk
    if not is_own:
        require(actor, PERMISSION)
        refuse_limited(actor, SIGNS_IN)
    with acting_as(actor=actor, reason=reason):
        person, now = _decide(user, actor, is_own)
        waiting = _pending(person)
        if waiting is None:
            raise DomainError("No change of this address is waiting.")
        return _end(waiting, State.CANCELED, reason.strip(), actor=now)


def email_changes_end(*, user: User, why: str, actor: Actor) -> None:
    """End pending changes because something else happened to the account. The caller holds its lock."""
    with acting_as(actor=actor, reason=why):
        _end_pending(user, why)


def email_changes_expire() -> int:
    """Expire changes that were not confirmed in time; return how many."""
    overdue = EmailChange.objects.filter(state=State.PENDING, expires_at__lte=timezone.now())
    expired = 0
    for key in overdue.values_list("pk", flat=True):
        with acting_as(actor="task sweep_email_changes"):
            rows = EmailChange.objects.select_for_update(skip_locked=True)
            change = rows.filter(pk=key, state=State.PENDING).first()
            if change is not None:
                _end(change, State.EXPIRED, "The link wasn't used in time.")
                expired += 1
    return expired


def _decide(user: User, actor: Actor, is_own: bool) -> tuple[User, Actor]:
    """Lock the account. Refuses if the actor may not decide about it, or it is deactivated."""
    if is_own:
        person, now = account_lock(user=user, actor=actor)
    else:
        person, now = account_decide(user=user, actor=actor, permissions=[PERMISSION])
        refuse_limited(now, SIGNS_IN)
    if not person.is_active:
        raise DomainError(f"{person} is deactivated. Reactivate the person first.")
    return person, now


def _check(person: User, email: str, is_own: bool) -> None:
    if email == person.email:
        raise DomainError("This is already the address.")
    # Do not reveal who else has an account: people learn this only after they prove that the
    # address is theirs.
    if not is_own and User.objects.filter(email=email).exists():
        raise DomainError("Another person already signs in with this address.")
    since = timezone.now() - timedelta(days=1)
    if EmailChange.objects.filter(user=person, created_at__gt=since).count() >= MOST_A_DAY:
        raise DomainError(
            "Too many changes of this address were requested today. Try again tomorrow."
        )


def _what_voids(change: EmailChange, person: User, requester: Actor) -> str:
    """Return why a requested change can't be made now, as a sentence, or nothing."""
    if not person.is_active:
        return "The account is deactivated."
    if person.email != change.old_email:
        return "The address has been changed since."
    if User.objects.filter(email=change.new_email).exists():
        return "Another person already signs in with this address."
    if isinstance(requester, User) and requester.pk == person.pk:
        return ""
    if is_colleague(person) and not change.of_colleague:
        return "The person has been given a staff role since. Request the change again."
    if isinstance(requester, User) and (
        not holds(requester, PERMISSION) or account_obstacle(actor=requester, person=person)
    ):
        return f"{requester}, who requested the change, can no longer change this address."
    return ""


def _pending(person: User) -> EmailChange | None:
    rows = EmailChange.objects.select_for_update().filter(user=person, state=State.PENDING)
    return rows.first()


def _end_pending(person: User, why: str) -> None:
    if waiting := _pending(person):
        _end(waiting, State.CANCELED, why)


def _end(change: EmailChange, state: State, outcome: str, *, actor: Actor = None) -> EmailChange:
    """End a change. The caller holds its lock."""
    change.state, change.outcome, change.ended_at = state, outcome, timezone.now()
    change.save(update_fields=["state", "outcome", "ended_at"])
    _record(change, actor=actor, did=str(state), because=outcome)
    return change


def _record(change: EmailChange, *, actor: Actor, **data: str) -> None:
    """Record an event in the person's timeline. Addresses are masked, because many people read events."""
    before, after = masked(change.old_email), masked(change.new_email)
    record_event(
        event_kinds.EMAIL_CHANGE,
        **({"actor": actor} if actor is not None else {}),
        target=change.user,
        before=before,
        after=after,
        **data,
    )
