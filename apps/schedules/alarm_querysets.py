"""Querysets of alarms."""

from typing import Self

from apps.core.actors import PermissionHolder
from apps.core.querysets import ScopedQuerySet
from apps.core.scope import nothing_of, sees_everything


class AlarmQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the alarms that `user` sees: limited users see none, because a task works on every
        organization.
        """
        return self if sees_everything(user) else nothing_of(self)

    def open(self) -> Self:
        """Return the alarms that are not over and that nobody has acknowledged."""
        return self.filter(ended_at=None, acknowledged_at=None)

    def acknowledged(self) -> Self:
        return self.filter(ended_at=None, acknowledged_at__isnull=False)

    def over(self) -> Self:
        return self.filter(ended_at__isnull=False)
