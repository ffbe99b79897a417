"""Querysets of the runs of scheduled tasks."""

from typing import Self

from apps.core.actors import PermissionHolder
from apps.core.querysets import ScopedQuerySet
from apps.core.scope import sees_everything


class TaskRunQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return what `user` sees: a task works on every organization, and says what it found there."""
        return self if sees_everything(user) else self.none()
