"""The first step of every change of an organization's memberships: lock it, and check the person."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.core.scope import is_limited
from apps.organizations.models import Organization


def lock_organization(key: UUID, actor: Actor) -> Organization:
    """Return the live organization in the scope of `actor`, with its row locked until the commit.

    Every change of owners takes this lock, so that two transactions that each remove one of two
    owners are serialized. The lock still allows new rows that only refer to the organization.
    """
    organization = (
        Organization.all_objects.for_actor(actor)
        .select_for_update(no_key=True)
        .filter(pk=key)
        .first()
    )
    if organization is None:
        raise DomainError("This organization no longer exists, or is outside your scope.")
    if organization.is_deleted:
        raise DomainError(f"{organization} is in the trash. Restore it first.")
    return organization


def organizations_lock(organizations: QuerySet[Any]) -> None:
    """Lock organizations until the commit, as `lock_organization` locks one, in the order of their keys."""
    keys = list(organizations.order_by().values_list("pk", flat=True).distinct())
    rows = Organization.all_objects.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk"))


def refuse_unseen(person: User, actor: Actor) -> None:
    """Refuse to add a person out of the scope of `actor`, who can invite the address instead."""
    if is_limited(actor) and not User.objects.for_staff(actor).filter(pk=person.pk).exists():
        raise DomainError("This person no longer exists, or is outside your scope.")
