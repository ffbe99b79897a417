"""Turns a reader's filter into SQL over one history table.

The table is called `h`; `p` is the previous entry, for comparisons. Column names come from the
models; everything that a reader typed is passed as a parameter.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.audit.history_rows import HistoryRow
from apps.audit.kinds import EVENT_KINDS
from apps.audit.timeline.field_conditions import (
    like,
    matches_change,
    matches_object,
    open_text,
)
from apps.audit.timeline.filters import CHANGES, HISTORY_TYPES, TimelineFilter
from apps.core.actors import PermissionHolder
from apps.core.uuid7 import as_uuid

_FEW = 200


@dataclass(frozen=True)
class Condition:
    """A piece of a WHERE clause and its parameters."""

    sql: str
    params: tuple[Any, ...] = ()
    compares: bool = False

    def and_(self, sql: str, *params: object) -> "Condition":
        if not sql:
            return self
        joined = f"{self.sql} AND {sql}" if self.sql else sql
        return Condition(joined, (*self.params, *params), self.compares)

    def as_where(self) -> str:
        return f"WHERE {self.sql}" if self.sql else ""


def of_history(
    history: type[HistoryRow], filter: TimelineFilter, viewer: PermissionHolder | None
) -> Condition | None:
    """Return the condition on rows of this history table; None if no row can match.

    Names find other records only if `viewer` sees those.
    """
    condition = Condition("", compares=filter.compares)
    if filter.kind and filter.kind != CHANGES:
        if filter.kind not in HISTORY_TYPES:
            return None
        condition = condition.and_("h.history_type = %s", HISTORY_TYPES[filter.kind])
    condition = _times(condition, "history_date", filter)
    condition = _change_sets(condition, filter)
    if filter.reason:
        condition = condition.and_(
            f"{open_text('h.history_change_reason')} ILIKE %s", like(filter.reason)
        )
    if filter.object:
        condition = condition.and_(*matches_object(history, filter.object, viewer))
    for word in filter.words:
        sql, *params = matches_object(history, word, viewer)
        condition = condition.and_(
            f"({open_text('h.history_change_reason')} ILIKE %s OR {_actors_named('h')} OR {sql})",
            like(word),
            *[like(word)] * 2,
            *params,
        )
    if filter.compares:
        compared = matches_change(history, filter, viewer)
        if compared is None:
            return None
        condition = condition.and_(*compared)
    return condition


def of_events(filter: TimelineFilter) -> Condition | None:
    """Return the condition on events; None if no event can match."""
    if filter.compares or filter.kind in (*HISTORY_TYPES, CHANGES):
        return None
    condition = Condition("")
    if filter.kind:
        condition = condition.and_("h.kind = %s", filter.kind)
    condition = _change_sets(_times(condition, "at", filter), filter)
    if filter.reason:
        condition = condition.and_(f"{open_text('h.reason')} ILIKE %s", like(filter.reason))
    if filter.object:
        condition = condition.and_(
            f"(h.target_pk = %s OR {open_text('h.target_label')} ILIKE %s)",
            filter.object,
            like(filter.object),
        )
    for word in filter.words:
        kinds = [str(kind) for kind in EVENT_KINDS if word.lower() in kind.label.lower()]
        condition = condition.and_(
            f"({open_text('h.reason')} ILIKE %s OR {open_text('h.target_label')} ILIKE %s"
            f" OR {open_text('h.data::text')} ILIKE %s"
            f" OR h.kind = ANY(%s) OR {_actors_named('h')})",
            *[like(word)] * 3,
            kinds,
            *[like(word)] * 2,
        )
    return condition


def _times(condition: Condition, column: str, filter: TimelineFilter) -> Condition:
    if filter.starts_at:
        condition = condition.and_(f"h.{column} >= %s", filter.starts_at)
    if filter.ends_at:
        condition = condition.and_(f"h.{column} < %s", filter.ends_at)
    return condition


def _change_sets(condition: Condition, filter: TimelineFilter) -> Condition:
    """Match actor and source, which are stored once in the change set."""
    keys = change_sets_of(filter)
    if keys is None:
        return condition
    sql, params = keys
    return condition.and_(f"h.change_set_id {sql}", *params)


def change_sets_of(filter: TimelineFilter) -> tuple[str, tuple[Any, ...]] | None:
    """Return the rest of `change_set_id …`: a few change sets by their keys, many by a query."""
    inner = Condition("")
    if filter.actor:
        key = as_uuid(filter.actor)
        if key is not None:
            inner = inner.and_("(c.actor_id = %s OR c.real_actor_id = %s)", key, key)
        else:
            name = like(filter.actor)
            inner = inner.and_(
                f"({open_text('c.actor_label')} ILIKE %s OR {open_text('c.real_actor_label')} ILIKE %s)",
                name,
                name,
            )
    if filter.request:
        inner = inner.and_("c.request_id = %s", filter.request)
    if filter.run:
        inner = inner.and_("c.run_kind = %s AND c.run_id = %s", *filter.run)
    if filter.source:
        inner = inner.and_("c.source = %s", filter.source)
    if not inner.sql:
        return None
    query = f"SELECT c.id FROM audit_changeset c WHERE {inner.sql}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT {_FEW + 1}", inner.params)
        keys = [key for (key,) in cursor.fetchall()]
    # With the keys, the planner knows how many rows to expect; with a query it guesses.
    return ("= ANY(%s)", (keys,)) if len(keys) <= _FEW else (f"IN ({query})", inner.params)


def _actors_named(alias: str) -> str:
    return (
        f"{alias}.change_set_id IN (SELECT c.id FROM audit_changeset c"  # noqa: S608
        f" WHERE {open_text('c.actor_label')} ILIKE %s OR {open_text('c.real_actor_label')} ILIKE %s)"
    )
