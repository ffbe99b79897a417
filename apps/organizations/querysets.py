"""Querysets of organizations, memberships and invitations."""

from datetime import datetime
from typing import Self

from django.utils import timezone

from apps.core.actors import PermissionHolder
from apps.core.querysets import SearchableQuerySet, SoftDeletableQuerySet
from apps.core.scope import sees_everything
from apps.organizations.organization_scope import organizations_of


class OrganizationQuerySet(SearchableQuerySet, SoftDeletableQuerySet):  # type: ignore[override]
    new_is_in_scope = False

    def for_staff(self, user: PermissionHolder) -> Self:
        """Return the organizations in the scope of `user`; everything that belongs to one follows it."""
        return self if sees_everything(user) else self.filter(pk__in=organizations_of(user))


class MembershipQuerySet(SearchableQuerySet):
    search_through = ("user", "organization")

    def for_staff(self, user: PermissionHolder) -> Self:
        if sees_everything(user):
            return self
        return self.filter(organization__in=organizations_of(user))

    def owners(self) -> Self:
        return self.filter(role="owner")


class InvitationQuerySet(SearchableQuerySet):
    search_through = ("organization",)

    def for_staff(self, user: PermissionHolder) -> Self:
        if sees_everything(user):
            return self
        return self.filter(organization__in=organizations_of(user))

    def pending(self) -> Self:
        return self.filter(state="pending")

    def overdue(self, now: datetime | None = None) -> Self:
        return self.pending().filter(expires_at__lte=now or timezone.now())

    def unsent(self) -> Self:
        return self.pending().filter(sent_at=None)
