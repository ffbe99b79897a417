"""The snapshot of a past moment, and what a person was then: read from the history."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType, SimpleNamespace
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model

from apps.flags.evaluation.askers import Facts
from apps.flags.evaluation.loading import flag_state
from apps.flags.evaluation.snapshot import Snapshot
from apps.organizations.models import Membership, Organization

_TARGETS = {
    "users": "user_id",
    "groups": "group_id",
    "organizations": "organization_id",
    "denied_users": "user_id",
    "denied_groups": "group_id",
    "denied_organizations": "organization_id",
}


def snapshot_at(moment: datetime) -> Snapshot:
    """Return the flags as they were. A flag whose history begins later is not in it."""
    flag_model: Any = apps.get_model("flags", "Flag")
    rows = {row.id: row for row in _as_of(flag_model.history, moment)}
    names = {key: row.name for key, row in rows.items()}
    targets = {
        name: _grouped(_as_of(getattr(flag_model, name).through.history, moment), "flag_id", column)
        for name, column in _TARGETS.items()
    }
    needed = _grouped(
        _as_of(flag_model.prerequisites.through.history, moment), "from_flag_id", "to_flag_id"
    )
    flags = {}
    for key, row in rows.items():
        lists = [targets[name].get(key, []) for name in _TARGETS]
        prerequisites = sorted(names[other] for other in needed.get(key, []) if other in names)
        flags[row.name] = flag_state(_columns(row), lists[:3], lists[3:], prerequisites)
    return Snapshot(flags=MappingProxyType(flags))


def person_at(user: Any, moment: datetime) -> tuple[Any, Facts] | None:
    """Return what a person was, with their roles and organizations then; None if they were not there yet."""
    model: Any = get_user_model()
    row = _as_of(model.history.filter(id=user.pk), moment).first()
    if row is None:
        return None
    roles = _as_of(model.groups.through.history.filter(user_id=user.pk), moment)
    memberships = _as_of(Membership.history.filter(user_id=user.pk), moment)
    joined = {each.organization_id for each in memberships}
    alive = _as_of(Organization.history.filter(id__in=joined), moment)
    found = SimpleNamespace(
        pk=user.pk,
        is_authenticated=True,
        is_staff=row.is_staff,
        is_superuser=row.is_superuser,
    )
    return found, Facts(
        roles=frozenset(each.group_id for each in roles),
        organizations=frozenset(each.id.int for each in alive if each.deleted_at is None),
    )


def _as_of(history: Any, moment: datetime) -> Any:
    """Return the newest row of each record at the moment, without what had been deleted by then."""
    newest = history.filter(history_date__lte=moment).order_by("id", "-history_id").distinct("id")
    return history.filter(history_id__in=newest.values("history_id")).exclude(history_type="-")


def _columns(row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "everyone": row.everyone,
        "authenticated": row.authenticated,
        "staff": row.staff,
        "superusers": row.superusers,
        "percent": Decimal(row.percent or 0),
        # Rows from before the column existed have none.
        "percent_by": getattr(row, "percent_by", None) or "person",
    }


def _grouped(rows: Iterable[Any], by: str, column: str) -> Mapping[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, by), []).append(getattr(row, column))
    return found
