"""The numbers of a week, for one reader: computed while it runs, stored when it is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from apps.core.scope import is_limited
from apps.organizations.models import Organization
from apps.organizations.organization_scope import organizations_of
from apps.projects.week_numbers import week_numbers
from apps.reports.closed_periods import Numbers, closed_numbers, closed_total
from apps.reports.weeks import Week, this_week

NAME = "weekly"
# What was begun before the week was over may still be written.
_CLOSES_AFTER = timedelta(minutes=10)
_STANDING = ("members", "projects")
_MOVES = (
    "new_members",
    "restored_members",
    "removed_members",
    "changed",
    "new_projects",
    "archived_projects",
    "restored_projects",
    "removed_projects",
)


@dataclass(frozen=True)
class WeekNumbers:
    """The numbers of each organization, by its key, and its name."""

    by_organization: dict[UUID, tuple[str, Numbers]]

    def total(self, name: str) -> int:
        return sum(numbers.get(name, 0) for _, numbers in self.by_organization.values())

    def by_day(self, name: str) -> list[int]:
        return [self.total(f"{name}_{day}") for day in range(7)]

    def rows(self, week: Week) -> list[dict[str, Any]]:
        """Return a row for each organization in which something happened, by name."""
        rows: list[dict[str, Any]] = [
            {
                "organization": name,
                "id": str(key),
                "week": str(week),
                **{each: numbers.get(each, 0) for each in (*_STANDING, *_MOVES)},
                "growth": numbers.get("new_members", 0)
                + numbers.get("restored_members", 0)
                - numbers.get("removed_members", 0),
            }
            for key, (name, numbers) in self.by_organization.items()
            if any(numbers.get(each) for each in _MOVES)
        ]
        return sorted(rows, key=lambda row: (row["organization"].casefold(), row["id"]))


def numbers_of(week: Week, user: Any) -> WeekNumbers:
    """Return the numbers of a week within the scope of `user`; None is the system."""
    owners = organizations_of(user) if is_limited(user) else None
    if timezone.now() >= week.end + _CLOSES_AFTER:
        stored = closed_numbers(
            NAME, str(week), lambda: week_numbers(week, None), _names, owners=owners
        )
        return WeekNumbers(stored)
    keys = None if owners is None else [key for (key,) in owners.values_list("organization")]
    numbers = week_numbers(week, keys)
    names = _names(numbers)
    return WeekNumbers({key: (names.get(key, ""), each) for key, each in numbers.items()})


def closed_new_members(week: Week, user: Any) -> QuerySet[Any]:
    """Return a row with the new members of a week that is over, as they were stored; none if they were not."""
    owners = organizations_of(user) if is_limited(user) else None
    return closed_total(NAME, str(week), "new_members", owners)


def close_last_week() -> bool:
    """Store the numbers of last week; return whether they are stored."""
    week = this_week().before
    numbers_of(week, None)
    return timezone.now() >= week.end + _CLOSES_AFTER


def _names(keys: Iterable[UUID]) -> dict[UUID, str]:
    named = Organization.all_objects.filter(pk__in=list(keys))
    return dict(named.values_list("pk", "name"))
