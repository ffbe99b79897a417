"""Members and projects of a week by organization: at its end, and what came and went in it.

Both ends of the week are compared as they were then, trash included. So what was added and removed
within it leaves no trace, and the numbers always add up: at the end are as many as at the start, with
the new and the restored, without the removed.
"""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.utils import timezone
from psycopg.sql import SQL, Composable, Literal

from apps.organizations.models import Membership, Organization
from apps.projects.models import Project
from apps.reports.as_of import as_of
from apps.reports.closed_periods import Numbers
from apps.reports.weeks import Week

# Kinds of a record: at both ends, only at the end and created in between or before, only at the start.
_KINDS = SQL(
    "SELECT coalesce(f.id, s.id) AS id, coalesce(f.organization_id, s.organization_id) AS owner, CASE WHEN f.id IS NULL THEN"
    " 'removed' WHEN s.id IS NOT NULL THEN 'kept' WHEN f.created_at >= {start} THEN 'new'"
    " ELSE 'restored' END AS kind, {archived} AS is_archived,"
    " ((CASE WHEN f.id IS NULL THEN coalesce(gone.at, {trashed}, o.deleted_at) ELSE f.created_at END)"
    " AT TIME ZONE {zone})::date AS day"
    " FROM {first} AS s FULL JOIN {last} AS f ON f.id = s.id {joins}"
    " LEFT JOIN LATERAL (SELECT max(history_date) AS at FROM {history} AS h WHERE h.id = s.id"
    " AND f.id IS NULL AND h.history_type = '-') AS gone ON true"
    " LEFT JOIN organizations_organization AS o ON o.id = s.organization_id"
)


def week_numbers(week: Week, owners: list[UUID] | None) -> dict[UUID, Numbers]:
    """Return the numbers of each organization that has any; `owners` None is every organization."""
    start = week.start
    end = None if week.end > timezone.now() else week.end
    found: dict[UUID, Numbers] = defaultdict(lambda: defaultdict(int))
    for name, query in (("members", _members(start, end)), ("projects", _projects(start, end))):
        _add(found, name, query, owners, week)
    changed = SQL("SELECT owner, count(*) FROM ({}) AS each GROUP BY 1").format(
        _changed(start, end, week)
    )
    for owner, number in _rows(changed, owners):
        found[owner]["changed"] = number
    return {owner: dict(numbers) for owner, numbers in found.items()}


def week_records(
    week: Week, number: str, owners: list[UUID] | None
) -> list[tuple[UUID, UUID, date | None]]:
    """Return exactly the records that a number of a week counts: their keys, organizations, and days.

    `number` is a key of NUMBERS.
    """
    start = week.start
    end = None if week.end > timezone.now() else week.end
    kind = number.partition("_")[0]
    if number == "changed":
        query = _changed(start, end, week)
    elif number.endswith("members"):
        query = _members(start, end)
    else:
        query = _projects(start, end)
    wanted = SQL(
        "SELECT id, owner, day FROM ({query}) AS each WHERE {which} ORDER BY day, owner, id"
    )
    return _rows(wanted.format(query=query, which=_WHICH.get(kind, SQL("true"))), owners)


# The numbers whose records can be shown, and which kinds each counts.
NUMBERS = {
    "members": "Members",
    "new_members": "New members",
    "restored_members": "Restored members",
    "removed_members": "Removed members",
    "changed": "Changed members",
    "projects": "Projects",
    "new_projects": "Projects created",
    "archived_projects": "Projects archived",
}
_WHICH = {
    "members": SQL("kind <> 'removed'"),
    "projects": SQL("kind <> 'removed'"),
    "archived": SQL("kind <> 'removed' AND is_archived"),
    "new": SQL("kind = 'new'"),
    "restored": SQL("kind = 'restored'"),
    "removed": SQL("kind = 'removed'"),
}


def _add(found: dict[UUID, Numbers], name: str, query: Composable, owners: Any, week: Week) -> None:
    grouped = SQL(
        "SELECT owner, kind, CASE WHEN kind <> 'kept' THEN day END AS day, count(*),"
        " count(*) FILTER (WHERE is_archived) FROM ({query}) AS each GROUP BY 1, 2, 3"
    ).format(query=query)
    for owner, kind, day, number, archived in _rows(grouped, owners):
        numbers = found[owner]
        if kind != "removed":
            numbers[name] += number
            numbers[f"archived_{name}"] += archived
        if kind != "kept":
            numbers[f"{kind}_{name}"] += number
            numbers[f"{kind}_{name}_{_index(day, week)}"] += number


def _index(day: date | None, week: Week) -> int:
    """Return the day's place in the week; what happened outside, such as before a restore, is on the first."""
    return week.days.index(day) if day in week.days else 0


def _members(start: datetime, end: datetime | None) -> Composable:
    return _kinds(Membership, start, end, SQL("false"), SQL(""), own_trash=False)


def _projects(start: datetime, end: datetime | None) -> Composable:
    before = as_of(Project, start, ["status"])
    return _kinds(
        Project,
        start,
        end,
        SQL("f.status = 'archived' AND coalesce(was.status, '') <> 'archived'"),
        SQL("LEFT JOIN ({}) AS was ON was.id = f.id").format(before),
        own_trash=True,
    )


def _kinds(
    model: type[Model],
    start: datetime,
    end: datetime | None,
    archived: Composable,
    joins: Composable,
    *,
    own_trash: bool,
) -> Composable:
    return _KINDS.format(
        trashed=SQL("live.deleted_at" if own_trash else "NULL"),
        start=Literal(start),
        zone=Literal(timezone.get_current_timezone_name()),
        archived=archived,
        joins=joins
        + SQL(" LEFT JOIN projects_project AS live ON live.id = s.id" if own_trash else ""),
        history=SQL(model.history.model._meta.db_table),  # type: ignore[attr-defined]
        first=_standing(model, start, own_trash=own_trash),
        last=_standing(model, end, own_trash=own_trash),
    )


def _standing(model: type[Model], moment: datetime | None, *, own_trash: bool) -> Composable:
    """Return the records at a moment that neither were in the trash nor belonged to what was."""
    columns = ["organization_id", *(["deleted_at", "status"] if own_trash else [])]
    return SQL(
        "(SELECT r.* FROM ({records}) AS r LEFT JOIN ({owners}) AS o ON o.id = r.organization_id"
        " WHERE o.deleted_at IS NULL {own} AND {scope})"
    ).format(
        records=as_of(model, moment, columns),
        owners=as_of(Organization, moment, ["deleted_at"]),
        own=SQL("AND r.deleted_at IS NULL" if own_trash else ""),
        scope=SQL("(%(all)s OR r.organization_id = ANY(%(owners)s))"),
    )


def _changed(start: datetime, end: datetime | None, week: Week) -> Composable:
    return SQL(
        "SELECT f.id, f.organization_id AS owner, NULL::date AS day FROM {last} AS f WHERE EXISTS (SELECT 1 FROM"
        " organizations_historicalmembership AS h WHERE h.id = f.id AND h.history_type = '~'"
        " AND h.history_date >= {start} AND h.history_date < {end})"
    ).format(
        last=_standing(Membership, end, own_trash=False),
        start=Literal(start),
        end=Literal(week.end),
    )


def _rows(query: Composable, owners: list[UUID] | None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"all": owners is None, "owners": owners or []})
        return cursor.fetchall()
