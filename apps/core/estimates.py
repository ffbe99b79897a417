"""What PostgreSQL expects: how many rows some queries have, without running them.

An estimate depends on the table's statistics. It can be far off right after a large import, before autovacuum has
run, and with filters on correlated columns.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def estimates(querysets: Sequence[QuerySet[Any]]) -> list[int]:
    """Return how many rows the planner expects of each query, in one statement."""
    found = [0] * len(querysets)
    parts: list[tuple[int, str]] = []
    params: list[Any] = []
    for number, queryset in enumerate(querysets):
        try:
            sql, given = queryset.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append((number, f"(SELECT 1 FROM ({sql}) AS part OFFSET 0)"))  # noqa: S608
        params += given
    if not parts:
        return found
    plan = _plan(" UNION ALL ".join(sql for _, sql in parts), params)
    rows = [_rows(each) for each in _parts(plan, len(parts))]
    for (number, _), expected in zip(parts, rows, strict=True):
        found[number] = expected
    return found


def conditions_of[Condition](queryset: QuerySet[Any], kind: type[Condition]) -> Iterator[Condition]:
    """Yield the conditions of one kind that a queryset has."""
    yield from _conditions(queryset.query.where, kind)


def _conditions(node: Any, kind: type[Any]) -> Iterator[Any]:
    if isinstance(node, kind):
        yield node
        return
    inner = getattr(node, "children", None)
    for each in [getattr(node, "lhs", None)] if inner is None else inner:
        if each is not None:
            yield from _conditions(each, kind)


def _plan(sql: str, params: Sequence[Any]) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        ((found,),) = cursor.fetchall()
    plan: dict[str, Any] = found[0]["Plan"]
    return plan


def _parts(plan: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """Return the plans of the parts of a UNION ALL; one part has no node above it."""
    if number == 1:
        return [plan]
    while len(plan.get("Plans", ())) != number:
        plan = plan["Plans"][0]
    return list(plan["Plans"])


def _rows(plan: dict[str, Any]) -> int:
    return int(plan["Plan Rows"])
