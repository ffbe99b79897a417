"""The first rows of a search, at once where its words are frequent, and with one look at the index where not.

Where statistics expect frequent words, the rows beside the place in the order are tested. If enough of them match,
that is the page, and nobody counts all matches. Otherwise the index collects them, once, for the page and the count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.db.models.constants import LOOKUP_SEP

from apps.core.admin.paging.after import after_sql
from apps.core.admin.paging.fetch import Place, Row, Segment, segments
from apps.core.admin.paging.order import Key
from apps.core.search import DIRECT, TESTED, search_of, searching, share_of

TESTED_ROWS = 2_000


@dataclass(frozen=True)
class Matches:
    """Some rows, and how many there are in all; None where these were enough to stop."""

    rows: list[Row]
    total: int | None
    # The expected share of all records that match.
    share: float = 0.0


def fetch_matches(
    queryset: QuerySet[Any], keys: Sequence[Key], place: Place | None, limit: int
) -> Matches:
    """Return at most `limit` rows of a searched queryset after a place, in the order of the keys."""
    search = search_of(queryset)
    share = share_of(search) if search is not None else 1.0
    try:
        if share * TESTED_ROWS >= limit and all(
            key.name and LOOKUP_SEP not in key.name and key.field for key in keys
        ):
            rows = _tested(queryset, keys, place, limit)
            if len(rows) >= limit:
                return Matches(rows[:limit], None, share)
        return _collected(queryset, keys, place, limit)
    except EmptyResultSet:
        return Matches([], 0)


def _tested(
    queryset: QuerySet[Any], keys: Sequence[Key], place: Place | None, limit: int
) -> list[Row]:
    found: list[Row] = []
    for segment in segments(keys, place):
        found += _tested_segment(queryset, segment, limit - len(found))
        if len(found) >= limit:
            break
        if len(found) * 4 < limit and segment.where:
            # Too rare here; the index is quicker than the other segment.
            break
    return found


def _tested_segment(queryset: QuerySet[Any], segment: Segment, limit: int) -> list[Row]:
    every = segment.of(queryset.model._base_manager.all())
    columns = [key.expression for key in segment.keys]
    near, near_params = _sql(every.values_list(*columns, "pk")[:TESTED_ROWS])
    with searching(TESTED):
        test, test_params = _sql(queryset.order_by().values("pk"))
    names = ", ".join([*_names(segment.keys), "pk"])
    # The order is said again: a join may return the rows in any order.
    order = _ordered(segment.keys)
    sql = (
        f"SELECT {names} FROM ({near}) AS near({names})"  # noqa: S608
        f" WHERE EXISTS (SELECT 1 FROM ({test}) AS tested(key) WHERE tested.key = near.pk)"
        f" ORDER BY {order} LIMIT {limit}"
    )
    return [segment.row(row) for row in _run(queryset, sql, [*near_params, *test_params])]


def _collected(
    queryset: QuerySet[Any], keys: Sequence[Key], place: Place | None, limit: int
) -> Matches:
    columns = [key.expression for key in keys]
    with searching(DIRECT):
        found, params = _sql(queryset.order_by().values_list(*columns, "pk"))
    names = _names(keys)
    where = ""
    if place is not None:
        count = len(place.values)
        where, given = after_sql(
            keys[:count],
            [(name, ()) for name in names[:count]],
            place.values,
            inclusive=place.inclusive,
        )
        where, params = f"WHERE {where}", [*params, *given]
    order = _ordered(keys)
    shown = ", ".join([*names, "pk"])
    sql = (
        f"WITH found({shown}) AS MATERIALIZED ({found})"  # noqa: S608
        f" SELECT counted.number, page.* FROM (SELECT count(*) AS number FROM found) AS counted"
        f" LEFT JOIN (SELECT {shown}, true AS is_row FROM found {where} ORDER BY {order} LIMIT {limit})"
        f" AS page ON true ORDER BY {order}"
    )
    rows = _run(queryset, sql, params)
    total = rows[0][0]
    return Matches(
        [Row(tuple(values), pk) for _, *values, pk, is_row in rows if is_row], int(total)
    )


def _names(keys: Sequence[Key]) -> list[str]:
    return [f"k{number}" for number in range(len(keys))]


def _ordered(keys: Sequence[Key]) -> str:
    return ", ".join(
        f"{name} {'DESC' if key.descending else 'ASC'} NULLS {'FIRST' if key.nulls_first else 'LAST'}"
        for name, key in zip(_names(keys), keys, strict=True)
    )


def _sql(queryset: QuerySet[Any]) -> tuple[str, list[Any]]:
    sql, params = queryset.query.sql_with_params()
    return sql, list(params)


def _run(queryset: QuerySet[Any], sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
