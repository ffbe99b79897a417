"""Actors, and the one way to ask whether an actor has a permission.

Services take an `actor`: a user, the name of a task or command, or None for the system. The last
two may do everything. A service calls `require(actor, "app.codename")` before it reads or locks,
and writes inside `acting_as(actor=…, reason=…)`.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from django.db import transaction

from apps.core.errors import MissingPermission
from apps.core.port import Port

ATTRIBUTION = Port[Callable[..., AbstractContextManager[None]]](
    "attribution", "who the history names for a change"
)


class PermissionHolder(Protocol):
    """The part of a user, signed in or anonymous, that permission checks need."""

    @property
    def pk(self) -> Any: ...

    @property
    def is_active(self) -> bool: ...

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def is_staff(self) -> bool: ...

    @property
    def is_superuser(self) -> bool: ...

    def has_perm(self, perm: str, /) -> bool: ...

    def get_all_permissions(self) -> set[str]: ...


type Actor = PermissionHolder | str | None


def in_the_name_of(user: object, real_user: object | None) -> str:
    """Return a person's name, or both names where somebody acted as the person."""
    return f"{real_user} as {user}" if real_user else str(user)


def holds(actor: Actor, *permissions: str) -> bool:
    """Tell whether `actor` holds every one of `permissions`."""
    return not _missing(actor, permissions)


def require(actor: Actor, *permissions: str) -> None:
    """Raise `MissingPermission`, which names the first of `permissions` that `actor` does not hold."""
    missing = _missing(actor, permissions)
    if missing:
        raise MissingPermission(missing)


def _missing(actor: Actor, permissions: tuple[str, ...]) -> str:
    if actor is None or isinstance(actor, str):
        return ""
    if not hasattr(actor, "has_perm"):
        raise TypeError(f"An actor is a user, the name of a task or None, not {actor!r}.")
    return next((name for name in permissions if not actor.has_perm(name)), "")


@contextmanager
def acting_as(*, actor: Actor, reason: str = "") -> Iterator[None]:
    """Hold a transaction in which the history names `actor`, with `reason`, for every change."""
    with ATTRIBUTION.get()(actor=actor, reason=reason), transaction.atomic():
        yield


def attributed(*, actor: Actor, reason: str, source: str) -> AbstractContextManager[None]:
    """Attribute every change inside the block, in transactions of its own; see `audit_context` in `audit`."""
    return ATTRIBUTION.get()(actor=actor, reason=reason, source=source)
