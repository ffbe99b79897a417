"""Adds, changes, and removes memberships. An organization always keeps an owner."""

from collections.abc import Collection
from uuid import UUID

from apps.accounts.models import User
from apps.accounts.models.user import REMOVED
from apps.core.actors import Actor, acting_as, require
from apps.core.changes import UNSET, Unset, given, write_changes
from apps.core.constraints import refusals_in_words
from apps.core.errors import DomainError
from apps.organizations.locks import lock_organization, refuse_unseen
from apps.organizations.models import Membership, Organization, Role
from apps.organizations.querysets import MembershipQuerySet


def membership_add(
    *,
    organization: Organization,
    user: User,
    role: str = Role.MEMBER,
    actor: Actor,
    reason: str = "",
) -> Membership:
    """Add a person to a live organization."""
    require(actor, "organizations.add_membership")
    _known(role)
    with acting_as(actor=actor, reason=reason):
        locked = lock_organization(organization.pk, actor)
        refuse_unseen(user, actor)
        if user.is_removed:
            raise DomainError(REMOVED)
        if user.status != User.Status.ACTIVE:
            raise DomainError(f"{user} is deactivated. Reactivate the person first.")
        with refusals_in_words():
            return Membership.objects.create(organization=locked, user=user, role=role)


def membership_update(
    *,
    membership: Membership,
    role: str | Unset = UNSET,
    actor: Actor,
    reason: str = "",
) -> Membership:
    """Change the fields that are given, and no others.

    A membership keeps its person and its organization: another one is another membership.
    """
    require(actor, "organizations.change_membership")
    changes = given(role=role)
    if isinstance(role, str):
        _known(role)
    with acting_as(actor=actor, reason=reason):
        organization = lock_organization(membership.organization_id, actor)
        locked = _locked(membership, actor)
        changes = {name: value for name, value in changes.items() if getattr(locked, name) != value}
        if "role" in changes and locked.role == Role.OWNER:
            _keeps_an_owner(organization, [locked.pk])
        if changes:
            write_changes(locked, changes)
        return locked


def membership_remove(*, membership: Membership, actor: Actor, reason: str = "") -> None:
    """Remove a person's membership."""
    require(actor, "organizations.delete_membership")
    with acting_as(actor=actor, reason=reason):
        organization = lock_organization(membership.organization_id, actor)
        locked = _locked(membership, actor)
        if locked.role == Role.OWNER:
            _keeps_an_owner(organization, [locked.pk])
        with refusals_in_words():
            locked.delete()


def memberships_remove(*, memberships: MembershipQuerySet, actor: Actor, reason: str = "") -> int:
    """Remove several memberships, all or none; return how many.

    Locks the organizations whose owners are among them, in the order of their keys.
    """
    require(actor, "organizations.delete_membership")
    with acting_as(actor=actor, reason=reason):
        going = Membership.objects.filter(
            pk__in=list(memberships.for_actor(actor).values_list("pk", flat=True))
        )
        owners: dict[UUID, list[UUID]] = {}
        for organization_id, key in going.owners().values_list("organization_id", "pk"):
            owners.setdefault(organization_id, []).append(key)
        for organization_id in sorted(owners):
            _keeps_an_owner(lock_organization(organization_id, actor), owners[organization_id])
        with refusals_in_words():
            return int(going._raw_delete(going.db))


def _keeps_an_owner(organization: Organization, going: Collection[UUID]) -> None:
    """Refuse to remove the last owner's membership, or that of the organization's responsible
    person.

    The caller holds the organization's lock.
    """
    memberships = Membership.objects.filter(organization=organization).owners()
    if not memberships.exclude(pk__in=going).exists():
        raise DomainError(f"{organization} would have no owner. Make somebody else an owner first.")
    answering = organization.owner_id
    if answering and memberships.filter(pk__in=going, user_id=answering).exists():
        raise DomainError(
            f"{organization.owner} is the owner of {organization}. Choose another owner first."
        )


def _locked(membership: Membership, actor: Actor) -> Membership:
    found = Membership.objects.for_actor(actor).select_for_update().filter(pk=membership.pk).first()
    if found is None:
        raise DomainError("This membership no longer exists, or is outside your scope.")
    return found


def _known(role: str) -> None:
    if role not in Role.values:
        raise DomainError(f"“{role}” is not a role. The roles are {', '.join(Role.values)}.")
