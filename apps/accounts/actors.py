"""Who does something: a user, a named part of the system, or the system itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.core.errors import MissingPermission

# A name is that of a task or a command, None the system; both may do everything.
type Actor = User | AnonymousUser | str | None


@contextmanager
def act(*, actor: Actor, reason: str = "") -> Iterator[None]:
    """Hold a transaction in which every change is `actor`'s, with `reason`."""
    with audit_context(actor=actor, reason=reason), transaction.atomic():
        yield


def require(actor: Actor, *permissions: str) -> None:
    """Raise `MissingPermission` unless `actor` holds every one of `permissions`."""
    if actor is None or isinstance(actor, str):
        return
    for permission in permissions:
        if not actor.has_perm(permission):
            raise MissingPermission(permission)


def user_or_none(actor: Actor) -> User | None:
    """Return the actor if a foreign key can name them."""
    return actor if isinstance(actor, User) else None
