"""Querysets of the runs of scheduled tasks."""

from typing import Self

from apps.core.actors import PermissionHolder
from apps.core.querysets import ScopedQuerySet
from apps.core.scope import sees_everything


class TaskRunQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the runs that `user` sees: limited users see none, because a task works on every
        organization.
        """
        return self if sees_everything(user) else self.none()
