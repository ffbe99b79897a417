"""Querysets of service accounts."""

from typing import Self

from apps.core.actors import PermissionHolder
from apps.core.querysets import ScopedQuerySet
from apps.core.scope import sees_everything


class ServiceAccountQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the accounts that `user` may see: limited users see their own."""
        return self if sees_everything(user) else self.filter(created_by=user.pk)
