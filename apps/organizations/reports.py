"""Numbers about memberships, for the reports."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from apps.organizations.models import Membership, Organization


@dataclass
class MembershipCounts:
    """What happened to an organization's memberships in a span of time, and how many it had at its end."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    total: int = 0

    @property
    def growth(self) -> int:
        return self.new - self.removed


@dataclass
class MembershipChanges:
    by_organization: dict[UUID, MembershipCounts] = field(default_factory=dict)
    new_by_day: Counter[date] = field(default_factory=Counter)
    removed_by_day: Counter[date] = field(default_factory=Counter)

    def total(self, name: str) -> int:
        return sum(getattr(counts, name) for counts in self.by_organization.values())


def organizations_in_scope(user: Any) -> QuerySet[Organization]:
    """Return the living organizations that a report for `user` tells of."""
    scoped: QuerySet[Organization] = Organization.objects.for_actor(user)
    return scoped


def memberships_between(start: datetime, end: datetime, user: Any) -> MembershipChanges:
    """Count memberships by organization from `start` to before `end`, in five statements.

    What happened comes out of the history. The number at the end is today's, less what came since
    and with what went since; a membership that moved from one organization to another, which no page
    does, would be counted where it is now.
    """
    scope = organizations_in_scope(user).values("pk")
    history = Membership.history.filter(organization_id__in=scope)
    memberships = MembershipChanges()

    def of(key: UUID) -> MembershipCounts:
        return memberships.by_organization.setdefault(key, MembershipCounts())

    living = Membership.objects.filter(organization__in=scope).order_by()
    for key, total in living.values_list("organization_id").annotate(n=Count("pk")):
        of(key).total = total
    for key, came, went in _came_and_went(history.filter(history_date__gte=end)):
        of(key).total += went - came
    within = history.filter(history_date__gte=start, history_date__lt=end)
    for key, came, went in _came_and_went(within):
        of(key).new, of(key).removed = came, went
    changed = within.filter(history_type="~").order_by().values_list("organization_id")
    for key, number in changed.annotate(n=Count("id", distinct=True)):
        of(key).changed = number
    days = within.order_by().annotate(day=TruncDate("history_date")).values_list("day")
    for day, came, went in days.annotate(
        came=Count("pk", filter=Q(history_type="+")), went=Count("pk", filter=Q(history_type="-"))
    ):
        memberships.new_by_day[day], memberships.removed_by_day[day] = came, went
    return memberships


def _came_and_went(history: Any) -> Any:
    return (
        history.exclude(history_type="~")
        .order_by()
        .values_list("organization_id")
        .annotate(
            came=Count("pk", filter=Q(history_type="+")),
            went=Count("pk", filter=Q(history_type="-")),
        )
    )
