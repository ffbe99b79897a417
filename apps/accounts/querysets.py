"""Querysets of people, approval requests, and the personal data access log."""

from typing import ClassVar, Self

from django.utils import timezone

from apps.accounts.approvable.visibility import may_see
from apps.accounts.people_scope import people_of
from apps.core.actors import PermissionHolder
from apps.core.querysets import ScopedQuerySet, SearchableQuerySet
from apps.core.scope import own_work


class UserQuerySet(SearchableQuerySet):
    scoped_by: ClassVar = {"id": people_of}

    def active(self) -> Self:
        return self.filter(status="active")

    def staff(self) -> Self:
        return self.filter(is_staff=True)


class ApprovalQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the requests that `user` made or could decide; for an auditor, all of them.

        Whether they may decide is checked again when they open or decide one.
        """
        return self.filter(may_see(self.model._default_manager.all(), user))

    def pending(self) -> Self:
        return self.filter(state="pending", expires_at__gt=timezone.now())

    def overdue(self) -> Self:
        return self.filter(state="pending", expires_at__lte=timezone.now())


class DisclosureQuerySet(ScopedQuerySet):
    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the entries that `user` may read. An entry lists everyone its reader saw, so
        limited users see only their own.
        """
        return own_work(self, user, by="user", since="at")
