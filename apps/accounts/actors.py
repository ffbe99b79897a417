"""What a foreign key can name of an actor."""

from apps.accounts.models import User
from apps.core.actors import Actor


def user_or_none(actor: Actor) -> User | None:
    """Return the actor if a foreign key can name them: the system and anonymous visitors have none."""
    return actor if isinstance(actor, User) else None
