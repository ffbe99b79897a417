"""Invites many addresses to organizations at once, after a plan of who is invited and who is skipped."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from apps.accounts.actors import user_or_none
from apps.accounts.models import User
from apps.accounts.models.user import REMOVED_DOMAIN
from apps.core.actors import Actor, acting_as, require
from apps.core.constraints import refusals_in_words
from apps.core.errors import DomainError
from apps.core.fields import fold_email
from apps.core.queued_mails import mails_queue
from apps.core.scope import is_limited
from apps.organizations.locks import organizations_lock
from apps.organizations.models import Invitation, Membership, Organization, Role
from apps.organizations.services.invitations import INVITATION, LIFETIME, digest, new_token

# More are a roster: an import adds them, and shows every row.
MOST = 1_000
_BETWEEN = re.compile(r"[\s,;]+")
_IN_BRACKETS = re.compile(r"<([^<>]*)>")
_PERMISSION = "organizations.add_invitation"


@dataclass
class InvitationPlan:
    """Which addresses get an invitation to which organization, and which don't, with the reason."""

    invited: list[tuple[Organization, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    @property
    def facts(self) -> list[list[str]]:
        return sorted([str(organization.pk), email] for organization, email in self.invited)


def addresses_in(text: str) -> list[str]:
    """Return the addresses of a pasted text, each once: separated by spaces, commas, or lines, or in brackets."""
    lines = [found for line in text.splitlines() for found in _of_line(line)]
    return list(dict.fromkeys(fold_email(each) for each in lines if each))


def _of_line(line: str) -> Iterable[str]:
    # “Ada Lovelace <ada@example.org>”, as mail programs copy it.
    bracketed = _IN_BRACKETS.findall(line)
    return [each.strip() for each in bracketed] if bracketed else _BETWEEN.split(line.strip())


def invitations_plan(
    *, organizations: Sequence[Organization], emails: Sequence[str], actor: Actor
) -> InvitationPlan:
    """Return what `invitations_create` would do now. Raises DomainError above `MOST` invitations."""
    require(actor, _PERMISSION)
    if len(emails) * len(organizations) > MOST:
        raise DomainError(
            f"These are {len(emails) * len(organizations):,} invitations, and at most {MOST:,} are sent at once. "
            "Import a roster instead."
        )
    plan = InvitationPlan()
    valid = []
    for email in emails:
        if why := _invalid(email):
            plan.skipped.append((email, why))
        else:
            valid.append(email)
    keys = [organization.pk for organization in organizations]
    members = _pairs(
        Membership.objects.filter(organization__in=keys, user__email__in=valid).values_list(
            "organization", "user__email"
        )
    )
    waiting = _pairs(
        Invitation.objects.pending()
        .filter(organization__in=keys, email__in=valid, expires_at__gt=timezone.now())
        .values_list("organization", "email")
    )
    closed = _deactivated(valid, actor)
    for organization in organizations:
        for email in valid:
            pair = organization.pk, email
            if pair in members:
                plan.skipped.append((email, f"Already a member of {organization}."))
            elif pair in waiting:
                plan.skipped.append((email, f"An invitation to {organization} is waiting."))
            elif email in closed:
                plan.skipped.append((email, "This person is deactivated and couldn't accept."))
            else:
                plan.invited.append((organization, email))
    return plan


def invitations_create(
    *,
    organizations: Sequence[Organization],
    emails: Sequence[str],
    role: str = Role.MEMBER,
    actor: Actor,
    reason: str = "",
    facts: list[list[str]] | None = None,
) -> InvitationPlan:
    """Invite the addresses, and queue their e-mails, except those that the plan skips.

    `facts` are those of the plan that was shown: if another one holds by now, nothing is done.
    """
    require(actor, _PERMISSION)
    if role not in Role.values:
        raise DomainError(f"“{role}” is not a role. The roles are {', '.join(Role.values)}.")
    with acting_as(actor=actor, reason=reason):
        chosen = Organization.objects.filter(pk__in=[each.pk for each in organizations])
        organizations_lock(chosen)
        found = list(chosen.for_actor(actor).order_by("name", "id"))
        if len(found) != len({each.pk for each in organizations}):
            raise DomainError(
                "One of these organizations no longer exists, or is outside your scope."
            )
        plan = invitations_plan(organizations=found, emails=emails, actor=actor)
        if facts is not None and facts != plan.facts:
            raise DomainError("The plan changed after this page was shown. Check it again.")
        if not plan.invited:
            raise DomainError("Nobody is left to invite.")
        _write(plan, role, actor)
        return plan


def _write(plan: InvitationPlan, role: str, actor: Actor) -> None:
    keys = {organization.pk for organization, _ in plan.invited}
    emails = {email for _, email in plan.invited}
    # An overdue invitation that no task has marked yet does not prevent a new one.
    old = Invitation.objects.filter(organization__in=keys, email__in=emails)
    old.overdue().update(state=Invitation.State.EXPIRED)
    until = timezone.now() + LIFETIME
    with refusals_in_words():
        made = Invitation.objects.bulk_create(
            Invitation(
                organization=organization,
                email=email,
                role=role,
                token_digest=digest(new_token()),
                expires_at=until,
                invited_by=user_or_none(actor),
            )
            for organization, email in plan.invited
        )
    mails_queue(INVITATION, {str(each.pk): {"invitation": str(each.pk)} for each in made})


def _invalid(email: str) -> str:
    try:
        validate_email(email)
    except ValidationError:
        return "Not an e-mail address."
    if len(email) > 254 or email.endswith(f"@{REMOVED_DOMAIN}"):
        return "This address can't be used."
    return ""


def _deactivated(emails: list[str], actor: Actor) -> set[str]:
    # Limited staff must not learn which addresses exist.
    if is_limited(actor):
        return set()
    people = User.objects.filter(email__in=emails, status=User.Status.DEACTIVATED)
    return set(people.values_list("email", flat=True))


def _pairs(rows: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    return set(rows)
