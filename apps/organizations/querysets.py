"""Querysets of organizations, seats and invitations."""

from datetime import datetime
from typing import Any, Self

from django.utils import timezone

from apps.accounts.models import User
from apps.core.querysets import ScopedQuerySet, SearchableQuerySet, SoftDeletableQuerySet
from apps.core.search import among, words_of


class OrganizationQuerySet(SearchableQuerySet, SoftDeletableQuerySet):  # type: ignore[override]
    def for_staff(self, user: Any) -> Self:
        # Every staff user sees every organization; what belongs to one follows it.
        return self


class MembershipQuerySet(ScopedQuerySet):
    def for_staff(self, user: Any) -> Self:
        return self

    def owners(self) -> Self:
        return self.filter(role="owner")

    def search(self, text: str) -> Self:
        """Find seats by the person's and the organization's names: each word in either of the two."""
        organizations: Any = self.model._meta.get_field("organization").related_model
        for word in words_of(text):
            self = self.filter(
                among("user_id", User.objects.search(word))
                | among("organization_id", organizations.objects.search(word))
            )
        return self


class InvitationQuerySet(SearchableQuerySet):
    def for_staff(self, user: Any) -> Self:
        return self

    def pending(self) -> Self:
        return self.filter(state="pending")

    def overdue(self, now: datetime | None = None) -> Self:
        return self.pending().filter(expires_at__lte=now or timezone.now())

    def unsent(self) -> Self:
        return self.pending().filter(sent_at=None)
