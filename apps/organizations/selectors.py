"""Named reads of organizations and invitations."""

from collections.abc import Iterator

from apps.accounts.models import User
from apps.core.actors import Actor
from apps.organizations.models import Invitation, Organization
from apps.organizations.services.invitations import digest


def invitation_of_token(token: str) -> Invitation | None:
    """Return the invitation that `token` was mailed for, even to an organization in the trash."""
    return (
        Invitation.all_objects.select_related("organization", "invited_by")
        .filter(token_digest=digest(token))
        .first()
    )


def answers_for(user: User, actor: Actor) -> Iterator[str]:
    """Yield a sentence about the organizations that have `user` as their owner and `actor` sees."""
    owned = Organization.objects.for_actor(actor).filter(owner=user)
    number = owned.count()
    if number == 1:
        yield f"{user} is still the owner of {owned.get()}. Choose another owner first."
    elif number:
        first = ", ".join(str(organization) for organization in owned.order_by("name")[:3])
        rest = f" and {number - 3:,} more" if number > 3 else ""
        yield f"{user} is still the owner of {number:,} organizations: {first}{rest}. Choose other owners first."
