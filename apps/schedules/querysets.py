"""Querysets of the runs of scheduled tasks."""

from typing import Self

from apps.core.actors import PermissionHolder
from apps.core.jobs import JobQuerySet
from apps.core.querysets import ScopedQuerySet
from apps.core.scope import nothing_of, sees_everything


class TaskRunQuerySet(ScopedQuerySet, JobQuerySet):  # type: ignore[override]
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the runs that `user` sees: limited users see none, because a task works on every
        organization.
        """
        return self if sees_everything(user) else nothing_of(self)

    def undecided(self) -> Self:
        """Return the lost runs that wait for a person: half of such a task may not be done again by itself."""
        return self.filter(state="lost", decided_at=None)

    def frequent_successes(self) -> Self:
        """Return the runs that went well and come more often than hourly: nobody looks for them."""
        return self.filter(is_frequent=True, state="succeeded")

    def without_frequent_successes(self) -> Self:
        return self.exclude(is_frequent=True, state="succeeded")
