"""Which people a limited staff user sees, and how a scope is told in words.

The apps above own what people belong to: they register here which people a limited user sees, how
the scope is put in words, and whether one user's scope lies within another's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.core.scope import sees_everything


@dataclass(frozen=True)
class Scope:
    """What the app that owns the scope answers."""

    # The keys of the people that belong to what a limited user sees, as a queryset of one column.
    people: Callable[[Any], QuerySet[Any]]
    # "3 organizations", of a limited user.
    words: Callable[[Any], str]
    # Whether all that the second user, who is limited, sees lies within what the first one sees.
    covers: Callable[[Any, Any], bool]


_registered: list[Scope] = []


def register(scope: Scope) -> None:
    _registered[:] = [scope]


def people_of(user: Any) -> QuerySet[Any]:
    """Return the keys of the people a limited user sees, including the user."""
    from apps.accounts.models import User

    own = User.objects.filter(pk=user.pk).order_by().values("pk")
    return own.union(*(scope.people(user).order_by() for scope in _registered))


def scope_in_words(user: Any) -> str:
    """Say what `user` sees: "everything", "3 organizations", "nothing"."""
    if sees_everything(user):
        return "everything"
    return next((scope.words(user) for scope in _registered), "nothing")


def covers(user: Any, other: Any) -> bool:
    """Tell whether `user` sees at least what `other` sees, and so may decide about that account."""
    if sees_everything(user):
        return True
    if sees_everything(other):
        return False
    return all(scope.covers(user, other) for scope in _registered)
