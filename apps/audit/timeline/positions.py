"""Finds entries: one statement over several tables, newest first, from a position downward.

All history rows and events share one sequence of positions, so a page is "the n highest positions
below this one". Each table gives its own n from an index, and the merge sorts no more than those:
the first page costs the same as the thousandth, whatever the size of the tables.

A condition without an index could read a whole table and find nothing. It therefore reads at most
`SCAN` entries, and the page shows how far it came and continues from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from apps.audit.kinds import EVENT_KINDS
from apps.audit.models import Event
from apps.audit.timeline.conditions import Condition, of_events, of_history
from apps.audit.timeline.filters import TimelineFilter
from apps.audit.timeline.models import history_models, history_of, key_column
from apps.audit.timeline.registry import Inclusion, inclusions
from apps.core.actors import PermissionHolder
from apps.core.model_meta import column_name, concrete_model

SCAN = 20_000
_LONGEST_STATEMENT = timedelta(days=1)
WHOLE = Condition("")


@dataclass(frozen=True)
class Branch:
    """One history table, whole or for one key."""

    # None means the events.
    history: type[Any] | None
    where: Condition = WHOLE
    inclusion: Inclusion | None = None
    # Tested for the entries that a page reads, not for those that it counts to know where to stop.
    tested: Condition = WHOLE
    # Leave out events that the history already shows.
    without_kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """Positions with the branch of each, and where to continue."""

    rows: list[tuple[int, Branch]]
    # The next page starts below this; None at the end.
    next_before: int | None
    # Whether the search stopped before it had filled the page.
    stopped_early: bool = False


def branches_of_record(
    model: type[models.Model],
    pk: object,
    *,
    shows: Callable[[type[models.Model]], bool] = lambda model: True,
) -> list[Branch]:
    """Return the branches with the entries of a record and its belongings.

    `shows` tells for a model whether the reader may see its entries.
    """
    found: list[Branch] = []
    concrete = concrete_model(model)
    if (history := history_of(concrete)) is not None:
        where = Condition(f"h.{_quote(key_column(history))} = %s", (pk,))
        found.append(Branch(history, where))
    for inclusion in inclusions.get(concrete, []):
        history = history_of(inclusion.member)
        if history is not None and shows(inclusion.member):
            column = column_name(history, inclusion.by)
            found.append(Branch(history, Condition(f"h.{_quote(column)} = %s", (pk,)), inclusion))
    content_type = ContentType.objects.get_for_model(concrete)
    where = Condition("h.target_type_id = %s AND h.target_pk = %s", (content_type.pk, str(pk)))
    told = tuple(str(kind) for kind in EVENT_KINDS if kind.in_history)
    return [*found, Branch(None, where, without_kinds=told)]


def branches_of_all() -> list[Branch]:
    return [*(Branch(history) for history in history_models().values()), Branch(None)]


def branches_of_change_set(key: object) -> list[Branch]:
    where = Condition("h.change_set_id = %s", (key,))
    return [*(Branch(history, where) for history in history_models().values()), Branch(None, where)]


def newest(
    branches: Sequence[Branch],
    filter: TimelineFilter,
    *,
    before: int | None,
    limit: int,
    viewer: PermissionHolder | None = None,
    scan: int = SCAN,
) -> Found:
    """Return the newest entries below position `before` that match `filter`.

    The caller has limited the branches to what `viewer` sees.
    """
    asked = [
        (branch, condition)
        for branch in branches
        if (condition := _condition(branch, filter, viewer)) is not None
    ]
    first, end = _bounds(filter)
    before = min((bound for bound in (before, end) if bound is not None), default=None)
    floor = None
    if not filter.is_empty and not filter.is_selective:
        floor = _floor([branch for branch, _ in asked], before, scan)
        if floor is not None and first is not None and first >= floor:
            floor = None
    lowest = max((bound for bound in (floor, first) if bound is not None), default=None)
    parts: list[str] = []
    params: list[Any] = []
    for index, (branch, condition) in enumerate(asked):
        sql, given = _select(index, branch, condition, before, lowest, limit + 1)
        parts.append(f"({sql})")
        params += given
    rows = _fetch(parts, params, limit + 1)
    page = [(position, asked[index][0]) for position, index in rows[:limit]]
    if len(rows) > limit:
        return Found(page, page[-1][0])
    return Found(page, floor, stopped_early=floor is not None)


def _condition(
    branch: Branch, filter: TimelineFilter, viewer: PermissionHolder | None
) -> Condition | None:
    if branch.history is not None:
        return of_history(branch.history, filter, viewer)
    condition = of_events(filter)
    if condition is not None and branch.without_kinds and not filter.kind:
        condition = condition.and_("NOT (h.kind = ANY(%s))", list(branch.without_kinds))
    return condition


def _select(
    index: int,
    branch: Branch,
    condition: Condition,
    before: int | None,
    lowest: int | None,
    limit: int,
) -> tuple[str, list[Any]]:
    position, source = _position_and_source(branch)
    where = branch.where.and_(condition.sql, *condition.params)
    where = where.and_(branch.tested.sql, *branch.tested.params)
    if before is not None:
        where = where.and_(f"h.{position} < %s", before)
    if lowest is not None:
        where = where.and_(f"h.{position} >= %s", lowest)
    previous = ""
    if condition.compares and branch.history is not None:
        key = _quote(key_column(branch.history))
        previous = (
            f"LEFT JOIN LATERAL (SELECT * FROM {source} b WHERE b.{key} = h.{key}"  # noqa: S608
            " AND b.history_id < h.history_id AND h.history_type = '~'"
            " ORDER BY b.history_id DESC LIMIT 1) p ON true"
        )
    sql = (
        f"SELECT h.{position} AS position, {index} AS branch FROM {source} h {previous}"  # noqa: S608
        f" {where.as_where()} ORDER BY h.{position} DESC LIMIT {int(limit)}"
    )
    return sql, list(where.params)


def _bounds(filter: TimelineFilter) -> tuple[int | None, int | None]:
    """Return the range of positions of the filter's days: from the first, below the second.

    Positions grow with time, so newer and older entries need not be read. A row has the time at
    which its statement started: the bounds leave a day for that.
    """
    first = end = None
    if filter.starts_at:
        first = _edge("<", "DESC", filter.starts_at - _LONGEST_STATEMENT, max)
    if filter.ends_at:
        end = _edge(">=", "ASC", filter.ends_at + _LONGEST_STATEMENT, min)
    return first, end


def _edge(
    comparison: str, direction: str, moment: datetime, choose: Callable[[list[int]], int]
) -> int | None:
    parts: list[str] = []
    for branch in branches_of_all():
        position, source = _position_and_source(branch)
        column = "at" if branch.history is None else "history_date"
        parts.append(
            f"(SELECT {position} AS position, 0 AS branch FROM {source}"  # noqa: S608
            f" WHERE {column} {comparison} %s ORDER BY {column} {direction} LIMIT 1)"
        )
    rows = _fetch(parts, [moment] * len(parts), len(parts))
    return choose([position for position, _ in rows]) if rows else None


def _floor(branches: Sequence[Branch], before: int | None, scan: int) -> int | None:
    """Return the lowest position that a page may read, or None for no limit."""
    parts: list[str] = []
    params: list[Any] = []
    for branch in branches:
        position, source = _position_and_source(branch)
        where = branch.where
        if before is not None:
            where = where.and_(f"h.{position} < %s", before)
        parts.append(
            f"(SELECT h.{position} AS position, 0 AS branch FROM {source} h {where.as_where()}"  # noqa: S608
            f" ORDER BY h.{position} DESC OFFSET {int(scan)} LIMIT 1)"
        )
        params += where.params
    rows = _fetch(parts, params, 1)
    return rows[0][0] if rows else None


def _fetch(parts: list[str], params: list[Any], limit: int) -> list[tuple[int, int]]:
    if not parts:
        return []
    merged = " UNION ALL ".join(parts)
    sql = (
        f"SELECT position, branch FROM ({merged}) AS found"  # noqa: S608
        f" ORDER BY position DESC LIMIT {int(limit)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _position_and_source(branch: Branch) -> tuple[str, str]:
    if branch.history is None:
        return "id", _quote(Event._meta.db_table)
    return "history_id", _quote(branch.history._meta.db_table)


def _quote(name: str) -> str:
    return str(connection.ops.quote_name(name))
