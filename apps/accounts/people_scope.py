"""Which people a limited staff user sees, and a scope in words.

The app that owns what people belong to answers through the port `SCOPE`.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from apps.core.actors import PermissionHolder
from apps.core.scope import SCOPE, sees_everything


def people_of(user: PermissionHolder) -> QuerySet[Any]:
    """Return the keys of the people a limited user sees, including the user."""
    own = get_user_model()._default_manager.filter(pk=user.pk).order_by().values("pk")
    return own.union(SCOPE.get().people(user).order_by())


def scope_in_words(user: PermissionHolder) -> str:
    """Return what `user` sees, in words: "everything", "3 organizations", "nothing"."""
    if sees_everything(user):
        return "everything"
    return SCOPE.get().words(user)


def covers(user: PermissionHolder, other: PermissionHolder) -> bool:
    """Tell whether `user` sees at least what `other` sees, and so may decide about that account."""
    if sees_everything(user):
        return True
    if sees_everything(other):
        return False
    return SCOPE.get().covers(user, other)
