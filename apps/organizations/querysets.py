"""Querysets of organizations, memberships and invitations."""

from datetime import datetime
from typing import ClassVar, Self

from django.utils import timezone

from apps.core.querysets import SearchableQuerySet, SoftDeletableQuerySet
from apps.organizations.organization_scope import organizations_of


class OrganizationQuerySet(SearchableQuerySet, SoftDeletableQuerySet):  # type: ignore[override]
    new_is_in_scope = False
    scoped_by: ClassVar = {"id": organizations_of}


class MembershipQuerySet(SearchableQuerySet):
    search_through = ("user", "organization")
    scoped_by: ClassVar = {"organization": organizations_of}

    def owners(self) -> Self:
        return self.filter(role="owner")


class InvitationQuerySet(SearchableQuerySet):
    search_through = ("organization",)
    scoped_by: ClassVar = {"organization": organizations_of}

    def pending(self) -> Self:
        return self.filter(state="pending")

    def overdue(self, now: datetime | None = None) -> Self:
        return self.pending().filter(expires_at__lte=now or timezone.now())

    def unsent(self) -> Self:
        return self.pending().filter(sent_at=None)
