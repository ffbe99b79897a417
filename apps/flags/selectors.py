"""Reads about flags that more than one page needs."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Count, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from apps.accounts.people_scope import people_of
from apps.core.actors import PermissionHolder
from apps.core.admin.count_subquery import count_subquery
from apps.core.gates import Gate
from apps.core.personal import readable
from apps.core.scope import sees_everything
from apps.flags.models import DENIED, TARGETS, Flag, PercentBy, Switch, Toggle
from apps.flags.registry import declared_gates
from apps.organizations.organization_scope import organizations_of


@dataclass(frozen=True)
class LastTurn:
    """The last change of a flag's state."""

    since: datetime | None
    actor: str
    reason: str


def with_reach(queryset: QuerySet[Flag], viewer: PermissionHolder) -> QuerySet[Flag]:
    """Add the numbers that `state_in_words` says to `viewer`, in the list's own query."""
    counts = {}
    for field in (*TARGETS, *DENIED):
        found = _targets(getattr(Flag, field).through)
        if field.endswith("organizations"):
            found = found.filter(organization__deleted_at=None)
        if not sees_everything(viewer):
            if field.endswith("organizations"):
                found = found.filter(organization__in=organizations_of(viewer))
            elif field.endswith("users"):
                found = found.filter(user__in=people_of(viewer))
        counts[f"{field.removesuffix('s')}_count"] = count_subquery(found, "flag")
    needed = _targets(Flag.prerequisites.through)
    return queryset.annotate(**counts, prerequisite_count=count_subquery(needed, "from_flag"))


def _targets(through: type[Model]) -> QuerySet[Any]:
    found: QuerySet[Any] = through._default_manager.all()
    return found


def state_in_words(flag: Flag) -> str:
    """Return in words who a flag of `with_reach` reaches: “On for staff, 10% of people, 3 organizations”."""
    if flag.everyone is False:
        return "Off for everyone"
    reached = ["everyone"] if flag.everyone else _reached(flag)
    if not reached:
        return "Off: no targets"
    words = f"On for {', '.join(reached)}"
    if denied := _counted(flag, "denied_"):
        words += f", except {', '.join(denied)}"
    if count := getattr(flag, "prerequisite_count", 0):
        words += f", where {count:,} other {'flag is' if count == 1 else 'flags are'} on"
    return words


def _reached(flag: Flag) -> list[str]:
    parts = []
    if flag.authenticated:
        parts.append("everyone signed in")
    if flag.staff:
        parts.append("staff")
    if flag.superusers:
        parts.append("superusers")
    if flag.percent:
        percent = Decimal(flag.percent).normalize()
        of = "organizations" if flag.percent_by == PercentBy.ORGANIZATION else "people"
        parts.append(f"{percent:f}% of {of}")
    return [*parts, *_counted(flag, "")]


def _counted(flag: Flag, prefix: str) -> list[str]:
    parts = []
    for field, one, many in (
        ("organization", "organization", "organizations"),
        ("group", "staff role", "staff roles"),
        ("user", "person", "people"),
    ):
        if count := getattr(flag, f"{prefix}{field}_count", 0):
            parts.append(f"{count:,} {one if count == 1 else many}")
    return parts


def last_turn(toggle: Toggle, *fields: str) -> LastTurn:
    """Return the change since which `fields` have their present values, from the history."""
    rows = toggle.history.order_by("-history_id").select_related("change_set")
    found = None
    for row in rows[:100]:
        if any(getattr(row, field) != getattr(toggle, field) for field in fields):
            break
        found = row
    if found is None:
        return LastTurn(toggle.modified, "", "")
    actor = found.change_set.actor_name if found.change_set else ""
    return LastTurn(
        found.history_date, readable(actor), readable(found.history_change_reason or "")
    )


def openers() -> str:
    """Return the roles whose people can turn flags on and off, in words."""
    wanted = Permission.objects.filter(codename="flip_flag", content_type__app_label="flags")
    names = list(
        Group.objects.filter(Q(permissions__in=wanted))
        .order_by("name")
        .values_list("name", flat=True)
    )
    return f"People of the role {' or '.join(names)}" if names else "A superuser"


def missing(kind: str, model: type[Model]) -> list[Gate]:
    """Return what is declared in the code but missing from the database."""
    declared = declared_gates(kind)
    present = set(model._default_manager.filter(name__in=declared).values_list("name", flat=True))
    return [gate for name, gate in declared.items() if name not in present]


def with_changes(model: type[Flag | Switch], since: datetime) -> QuerySet[Any]:
    """Return all flags or switches by name, with the number of their changes since a moment."""
    changes = model.history.filter(id=OuterRef("pk"), history_date__gte=since, history_type="~")
    number = changes.order_by().values("id").annotate(n=Count("pk")).values("n")
    changed = Coalesce(Subquery(number, output_field=IntegerField()), Value(0))
    found: QuerySet[Any] = model.objects.annotate(changes=changed).order_by("name")
    return found
