"""The lock that every change of an organization's seats takes first."""

from uuid import UUID

from apps.accounts.actors import Actor
from apps.core.errors import DomainError
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
        raise DomainError("This organization is not there any more, or not in your scope.")
    if organization.is_deleted:
        raise DomainError(f"{organization} is in the trash. Restore it first.")
    return organization
