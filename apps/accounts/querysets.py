"""Querysets of users."""

from typing import Any, Self

from apps.core.querysets import SearchableQuerySet


class UserQuerySet(SearchableQuerySet):
    def for_staff(self, user: Any) -> Self:
        # Every staff user sees every person; this is the one place where that is decided.
        return self

    def active(self) -> Self:
        return self.filter(status="active")

    def staff(self) -> Self:
        return self.filter(is_staff=True)
