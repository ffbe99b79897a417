"""The part of an actor that a foreign key can refer to."""

from apps.accounts.models import User
from apps.core.actors import Actor


def user_or_none(actor: Actor) -> User | None:
    """Return the actor if it is a stored user; the system and anonymous visitors give None."""
    return actor if isinstance(actor, User) else None
