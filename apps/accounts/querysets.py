"""Querysets of users."""

from typing import Any, Self

from apps.accounts.scope import people_of
from apps.core.querysets import SearchableQuerySet
from apps.core.scope import sees_everything


class UserQuerySet(SearchableQuerySet):
    def for_staff(self, user: Any) -> Self:
        """Return whom `user` sees: everybody, or the people of his organizations and himself."""
        return self if sees_everything(user) else self.filter(pk__in=people_of(user))

    def active(self) -> Self:
        return self.filter(status="active")

    def staff(self) -> Self:
        return self.filter(is_staff=True)
