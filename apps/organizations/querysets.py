"""Querysets of organizations, seats and invitations."""

from datetime import datetime
from typing import Any, Self

from django.utils import timezone

from apps.core.querysets import SearchableQuerySet, SoftDeletableQuerySet


class OrganizationQuerySet(SearchableQuerySet, SoftDeletableQuerySet):  # type: ignore[override]
    def for_staff(self, user: Any) -> Self:
        # Every staff user sees every organization; what belongs to one follows it.
        return self


class MembershipQuerySet(SearchableQuerySet):
    search_through = ("user", "organization")

    def for_staff(self, user: Any) -> Self:
        return self

    def owners(self) -> Self:
        return self.filter(role="owner")


class InvitationQuerySet(SearchableQuerySet):
    search_through = ("organization",)

    def for_staff(self, user: Any) -> Self:
        return self

    def pending(self) -> Self:
        return self.filter(state="pending")

    def overdue(self, now: datetime | None = None) -> Self:
        return self.pending().filter(expires_at__lte=now or timezone.now())

    def unsent(self) -> Self:
        return self.pending().filter(sent_at=None)
