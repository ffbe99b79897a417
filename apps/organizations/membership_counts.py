"""Counts of memberships, for the reports."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from apps.core.actors import PermissionHolder
from apps.organizations.models import Membership, Organization


@dataclass
class MembershipCounts:
    """The changes of an organization's memberships in a period, and their number at its end."""

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


def organizations_in_scope(user: PermissionHolder) -> QuerySet[Organization]:
    """Return the live organizations in a report for `user`."""
    scoped: QuerySet[Organization] = Organization.objects.for_actor(user)
    return scoped


def memberships_joined(user: PermissionHolder, since: datetime) -> list[QuerySet]:
    """Return the memberships that began `since`: those that exist, and the last rows of those that are gone.

    They began when their `created_at` says, as on the lists: a customer's records may be older than
    their history here. Each membership stands in one of the two, so that their numbers add up.
    """
    scope = organizations_in_scope(user).values("pk")
    living = Membership.objects.filter(organization__in=scope)
    gone = Membership.history.filter(
        organization_id__in=scope, history_type="-", history_date__gte=since
    )
    return [each.filter(created_at__gte=since).order_by() for each in (living, gone)]


def memberships_between(
    start: datetime, end: datetime, user: PermissionHolder
) -> MembershipChanges:
    """Count memberships by organization from `start` to before `end`, in eight statements.

    What was changed or removed comes from the history. The number at the end is that of the
    memberships that had begun, including those removed since.
    """
    scope = organizations_in_scope(user).values("pk")
    history = Membership.history.filter(organization_id__in=scope).order_by()
    living = Membership.objects.filter(organization__in=scope).order_by()
    gone = history.filter(history_type="-")
    memberships = MembershipChanges()

    def add(name: str, rows: QuerySet, what: str = "pk") -> None:
        for key, number in rows.values_list("organization_id").annotate(
            n=Count(what, distinct=True)
        ):
            counts = memberships.by_organization.setdefault(key, MembershipCounts())
            setattr(counts, name, getattr(counts, name) + number)

    add("total", living.filter(created_at__lt=end))
    add("total", gone.filter(history_date__gte=end, created_at__lt=end))
    for joined in memberships_joined(user, start):
        came = joined.filter(created_at__lt=end)
        add("new", came)
        memberships.new_by_day.update(_by_day(came, "created_at"))
    within = history.filter(history_date__gte=start, history_date__lt=end)
    removed = within.filter(history_type="-")
    add("removed", removed)
    memberships.removed_by_day.update(_by_day(removed, "history_date"))
    add("changed", within.filter(history_type="~"), "id")
    return memberships


def _by_day(rows: QuerySet, moment: str) -> dict[date, int]:
    days = rows.annotate(day=TruncDate(moment)).values_list("day").annotate(n=Count("pk"))
    return dict(days)
