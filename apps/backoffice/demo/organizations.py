"""The demo's organizations and their invitations."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.demo.word_list import words
from apps.organizations.models import Invitation, Organization, Role
from apps.organizations.services.invitations import digest, new_token


def organization_names(number: int) -> tuple[str, str]:
    """Return name and slug of organization `number`; both word lists are walked at once."""
    vocabulary = words("organizations")
    names, kinds = vocabulary["names"], vocabulary["kinds"]
    name, name_handle = names[number % len(names)]
    kind, kind_handle = kinds[number % len(kinds)]
    again = number // (len(names) * len(kinds))  # The lists' lengths have no common divisor.
    suffix = f" {again + 1}" if again else ""
    return f"{name} {kind}{suffix}", f"{name_handle}-{kind_handle}{suffix.replace(' ', '-')}"


def organization_keys(numbers: Iterable[int]) -> dict[int, UUID]:
    """Return the keys of those of the numbered organizations that are there."""
    by_slug = {organization_names(number)[1]: number for number in numbers}
    found = Organization.objects.filter(slug__in=by_slug).values_list("slug", "pk")
    return {by_slug[slug]: key for slug, key in found}


def add_organizations(owners: Mapping[int, UUID]) -> dict[int, Organization]:
    """Add the numbered organizations that are missing, each with its owner."""
    there = organization_keys(owners)
    now = timezone.now()
    added = {}
    for number, owner_id in owners.items():
        if number in there:
            continue
        name, slug = organization_names(number)
        status = Organization.Status.ACTIVE
        if number % 11 == 7:
            status = Organization.Status.SUSPENDED
        elif number % 17 == 13:
            status = Organization.Status.CLOSED
        added[number] = Organization(
            name=name,
            slug=slug,
            external_id="" if number % 5 == 4 else f"C-{10_000 + number}",
            status=status,
            owner_id=owner_id,
            created_at=now - timedelta(days=(number * 53) % 730, hours=number % 24),
        )
    Organization.objects.bulk_create(added.values(), batch_size=1000)
    return added


def add_invitations(organizations: Mapping[int, Organization], inviter: User) -> int:
    """Add an invitation in each state to the given organizations."""
    now = timezone.now()
    invitations = []
    for number, organization in organizations.items():
        for place, state in enumerate(Invitation.State.values):
            sent = now - timedelta(days=2 + place * 9 + number % 5)
            accepted = state == Invitation.State.ACCEPTED
            invitations.append(
                Invitation(
                    organization=organization,
                    email=f"{state}.{number}@invited.example",
                    role=Role.values[(number + place) % len(Role.values)],
                    state=state,
                    # Nobody knows the token; sending the invitation again makes one.
                    token_digest=digest(new_token()),
                    created_at=sent,
                    sent_at=sent,
                    expires_at=sent + timedelta(days=14),
                    accepted_at=sent + timedelta(days=1) if accepted else None,
                    accepted_by_id=organization.owner_id if accepted else None,
                    invited_by=inviter,
                )
            )
    for invitation, owner in _accepted_by_owner(invitations).items():
        invitation.email = owner
    Invitation.objects.bulk_create(invitations, batch_size=1000)
    return len(invitations)


def _accepted_by_owner(invitations: Iterable[Invitation]) -> dict[Invitation, str]:
    """Return each accepted invitation with the e-mail of the owner who accepted it."""
    accepted = {
        invitation.accepted_by_id: invitation
        for invitation in invitations
        if invitation.accepted_by_id
    }
    emails = User.objects.filter(pk__in=accepted).values_list("pk", "email")
    return {accepted[key]: email for key, email in emails}
