"""The records behind a number of a week, as rows. Some of them are gone, and their history says what they were."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from apps.core.scope import is_limited
from apps.organizations.models import Membership, Organization
from apps.organizations.organization_scope import organizations_of
from apps.projects.models import Project
from apps.projects.week_numbers import week_records
from apps.reports.rows import iso, people_named
from apps.reports.weeks import Week


def rows_behind(week: Week, number: str, organization: str, user: Any) -> list[dict[str, Any]]:
    """Return a row for each record that a number counts, within the scope of `user`; None is the system."""
    owners = None
    if is_limited(user):
        owners = [key for (key,) in organizations_of(user).values_list("organization")]
    if organization:
        one = UUID(organization)
        owners = [one] if owners is None or one in owners else []
    found = week_records(week, number, owners)
    model: type[Project] | type[Membership] = Project if number.endswith("projects") else Membership
    names, live = _named(model, [key for key, _, _ in found])
    organizations = dict(
        Organization.all_objects.filter(pk__in={owner for _, owner, _ in found}).values_list(
            "pk", "name"
        )
    )
    label = model._meta.label_lower
    return [
        {
            "record": names.get(key) or "No name",
            "organization": organizations.get(owner, ""),
            "organization_id": str(owner) if owner in organizations else "",
            "day": iso(day),
            "id": str(key),
            "link": label if key in live else f"history:{label}",
        }
        for key, owner, day in found
    ]


def _named(
    model: type[Project] | type[Membership], keys: Iterable[UUID]
) -> tuple[dict[UUID, str], set[UUID]]:
    """Return the names of records, and which of them still exist."""
    wanted = list(keys)
    column = "name" if model is Project else "user_id"
    named = dict(model.all_objects.filter(pk__in=wanted).values_list("pk", column))
    live = set(named)
    gone = model.history.filter(id__in=set(wanted) - live).order_by("id", "-history_id")
    named |= dict(gone.distinct("id").values_list("id", column))
    if model is Project:
        return named, live
    people = people_named(named.values())
    return {key: people.get(user, "") for key, user in named.items()}, live
