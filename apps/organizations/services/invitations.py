"""Invitations: made, sent, sent again, revoked, accepted, expired.

The token itself is never stored. It is made when the mail is, and only its SHA-256 stays.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import CharField, Exists, Func, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.accounts.models import User
from apps.accounts.services import user_create
from apps.accounts.signin.links import password_link_queue
from apps.core.actors import Actor, acting_as, require
from apps.core.constraints import refusals_in_words, validated
from apps.core.errors import DomainError
from apps.core.fields import fold_email
from apps.core.models import QueuedMail
from apps.core.personal import readable
from apps.core.queued_mails import MailKind, mail_kind, mail_queue, mail_send, mails_queue
from apps.organizations.locks import lock_organization
from apps.organizations.mails import invitation_mail
from apps.organizations.models import Invitation, Membership, Organization, Role

LIFETIME = timedelta(days=14)
_MOST_AT_ONCE = 500


def invitation_create(
    *,
    organization: Organization,
    email: str,
    role: str = Role.MEMBER,
    actor: Actor,
    reason: str = "",
) -> Invitation:
    """Invite an address to an organization; a task sends the e-mail after the commit."""
    require(actor, "organizations.add_invitation")
    with acting_as(actor=actor, reason=reason):
        locked = lock_organization(organization.pk, actor)
        invitation = Invitation(
            organization=locked,
            email=fold_email(email),
            role=role,
            token_digest=digest(new_token()),
            expires_at=timezone.now() + LIFETIME,
            invited_by=user_or_none(actor),
        )
        # An overdue invitation that no task has marked yet does not prevent a new one.
        waiting = Invitation.objects.filter(organization=locked, email=invitation.email)
        waiting.overdue().update(state=Invitation.State.EXPIRED)
        validated(invitation)
        if Membership.objects.filter(organization=locked, user__email=invitation.email).exists():
            raise DomainError(f"{invitation.email} is already a member of {locked}.")
        with refusals_in_words():
            invitation.save(force_insert=True)
        mail_queue(INVITATION, str(invitation.pk), invitation=str(invitation.pk))
        return invitation


def invitation_send(*, invitation_id: UUID) -> bool:
    """Mail an invitation that is pending and unsent; return whether a mail went out.

    May be called any number of times, by any number of workers: only an unsent one is sent. One whose mail may
    have gone out, or that the mail server refused, is sent again by a person alone (`invitation_resend`).
    """
    if not Invitation.objects.unsent().filter(pk=invitation_id).exists():
        return False
    return mail_send(INVITATION, str(invitation_id), invitation=str(invitation_id))


def invitations_queue_unsent() -> int:
    """Queue the e-mails of unsent invitations that have none; return how many."""
    key = Concat(Value(f"{INVITATION}:"), Cast(OuterRef("pk"), CharField()))
    unsent = Invitation.objects.unsent().filter(
        ~Exists(QueuedMail.objects.filter(key=key)), expires_at__gt=timezone.now()
    )
    keys = list(unsent.order_by("created_at").values_list("pk", flat=True)[:_MOST_AT_ONCE])
    for each in keys:
        with transaction.atomic():
            mail_queue(INVITATION, str(each), invitation=str(each))
    return len(keys)


def _build(mail: QueuedMail) -> EmailMessage | None:
    """Give the invitation a new token, which is stored nowhere but in the e-mail."""
    with acting_as(actor="task send_invitation"):
        invitation = (
            Invitation.objects.unsent()
            .filter(expires_at__gt=timezone.now())
            .select_for_update(of=("self",))
            .select_related("organization", "invited_by")
            .filter(pk=mail.arguments["invitation"])
            .first()
        )
        if invitation is None:
            return None
        token = new_token()
        invitation.token_digest = digest(token)
        invitation.save(update_fields=["token_digest"])
        return invitation_mail(invitation, token)


def _note_sent(mail: QueuedMail) -> None:
    with acting_as(actor="task send_invitation"):
        Invitation.objects.unsent().filter(pk=mail.arguments["invitation"]).update(
            sent_at=timezone.now()
        )


class _NobodysDigest(Func):
    """A digest of 244 random bits, which no link has: the e-mail brings another one."""

    template = "encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex')"
    output_field = CharField()


INVITATION = mail_kind("invitation", MailKind(_build, sent=_note_sent))


def invitation_resend(*, invitation: Invitation, actor: Actor, reason: str = "") -> Invitation:
    """Send a pending or expired invitation again, with its full time; the old link stops working."""
    require(actor, "organizations.change_invitation")
    with acting_as(actor=actor, reason=reason):
        organization = lock_organization(invitation.organization_id, actor)
        locked = _locked(invitation, actor)
        if locked.state not in (Invitation.State.PENDING, Invitation.State.EXPIRED):
            raise DomainError(
                f"This invitation is {locked.get_state_display().lower()} and cannot be sent again."
            )
        if Membership.objects.filter(organization=organization, user__email=locked.email).exists():
            raise DomainError(f"{readable(locked.email)} is already a member of {organization}.")
        with refusals_in_words():
            invitations_send_again(Invitation.objects.filter(pk=locked.pk))
        locked.refresh_from_db()
        return locked


def invitations_send_again(invitations: QuerySet[Any]) -> None:
    """Give invitations their full time and a link that nobody has yet, and queue their e-mails.

    The caller has locked and checked them, and their organizations.
    """
    keys = list(invitations.order_by().values_list("pk", flat=True))
    Invitation.objects.filter(pk__in=keys).update(
        state=Invitation.State.PENDING,
        token_digest=_NobodysDigest(),
        expires_at=timezone.now() + LIFETIME,
        sent_at=None,
    )
    mails_queue(INVITATION, {str(key): {"invitation": str(key)} for key in keys})


def invitation_revoke(*, invitation: Invitation, actor: Actor, reason: str = "") -> Invitation:
    """Revoke a pending invitation; its link says so from now on."""
    require(actor, "organizations.change_invitation")
    with acting_as(actor=actor, reason=reason):
        locked = _locked(invitation, actor)
        if locked.state != Invitation.State.PENDING:
            raise DomainError(
                f"This invitation is {locked.get_state_display().lower()}; "
                "only a pending one can be revoked."
            )
        locked.state = Invitation.State.REVOKED
        locked.save(update_fields=["state"])
        return locked


def invitation_accept(
    *,
    token: str,
    first_name: str = "",
    last_name: str = "",
    phone: str = "",
    password: str | None = None,
) -> Membership:
    """Turn an invitation into a membership, and its address into a verified person.

    Holding the token proves access to the mailbox; that is the permission. A person who is known
    already only confirms: names and password given here are for a new one.
    """
    with acting_as(actor="invitation page", reason="Accepted the invitation"):
        invitation = _acceptable(token)
        organization = lock_organization(invitation.organization_id, None)
        person = User.objects.filter(email=invitation.email).first()
        if person is None:
            person = user_create(
                email=invitation.email,
                password=password,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                is_verified=True,
                actor=None,
            )
        elif person.status != User.Status.ACTIVE:
            raise DomainError("This account is deactivated. Ask the person who invited you.")
        with acting_as(actor=person):
            if not person.is_verified:
                person.is_verified = True
                person.save(update_fields=["is_verified"])
            membership, _created = Membership.objects.get_or_create(
                organization=organization, user=person, defaults={"role": invitation.role}
            )
            invitation.state = Invitation.State.ACCEPTED
            invitation.accepted_at = timezone.now()
            invitation.accepted_by = person
            invitation.save(update_fields=["state", "accepted_at", "accepted_by"])
        if not person.has_usable_password():
            # An imported person who never signed in: send a password link.
            password_link_queue(email=person.email)
        return membership


def _acceptable(token: str) -> Invitation:
    """Lock the invitation of a token and return it; raise `DomainError` where it can't be accepted."""
    invitation = (
        Invitation.all_objects.select_for_update(of=("self",))
        .select_related("organization")
        .filter(token_digest=digest(token))
        .first()
    )
    if invitation is None:
        raise DomainError("This invitation doesn't exist.")
    if invitation.organization.is_deleted:
        raise DomainError("This organization no longer exists.")
    if not invitation.can_be_accepted:
        raise DomainError("This invitation can no longer be accepted.")
    return invitation


def invitations_expire() -> int:
    """Expire pending invitations whose time is over; return how many."""
    with acting_as(actor="task expire_invitations"):
        return Invitation.objects.overdue().update(state=Invitation.State.EXPIRED)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _locked(invitation: Invitation, actor: Actor) -> Invitation:
    locked = (
        Invitation.objects.for_actor(actor)
        .select_for_update(of=("self",))
        .select_related("organization")
        .filter(pk=invitation.pk)
        .first()
    )
    if locked is None:
        raise DomainError("This invitation no longer exists, or is outside your scope.")
    return locked
