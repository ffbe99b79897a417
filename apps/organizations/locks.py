"""What every change of an organization's memberships does first: lock it, and check the person named."""

from uuid import UUID

from apps.accounts.models import User
from apps.core.actors import Actor
from apps.core.errors import DomainError
from apps.core.scope import is_limited
from apps.organizations.models import Organization


def lock_organization(key: UUID, actor: Actor) -> Organization:
    """Return the living organization inside `actor`'s scope, its row locked until the commit.

    Who changes owners holds this lock, so that two who each remove one of two owners wait for each
    other. The lock leaves room for new rows that merely refer to the organization.
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


def refuse_unseen(person: User, actor: Actor) -> None:
    """Refuse to add a person `actor` does not see: they invite the address instead."""
    if is_limited(actor) and not User.objects.for_staff(actor).filter(pk=person.pk).exists():
        raise DomainError("This person no longer exists, or is outside your scope.")
