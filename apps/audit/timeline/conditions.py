"""Turns a reader's filter into SQL over one history table.

The table is called `h`; `p` is the previous entry, for comparisons. Column names come from the
models; everything that a reader typed is passed as a parameter.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection, models

from apps.audit.history_rows import HistoryRow
from apps.audit.kinds import EVENT_KINDS
from apps.audit.timeline.filters import CHANGES, HISTORY_TYPES, TimelineFilter
from apps.audit.timeline.models import hidden_fields, key_column, visible_fields
from apps.audit.timeline.record_names import label_fields
from apps.core import personal
from apps.core.actors import PermissionHolder
from apps.core.model_meta import model_field, related_model
from apps.core.uuid7 import as_uuid

# At most this many records of one name are looked up; with more, the search is too broad.
_MATCHES = 500
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
            f"{_open('h.history_change_reason')} ILIKE %s", _like(filter.reason)
        )
    if filter.object:
        condition = condition.and_(*_object(history, filter.object, viewer))
    for word in filter.words:
        sql, *params = _object(history, word, viewer)
        condition = condition.and_(
            f"({_open('h.history_change_reason')} ILIKE %s OR {_actors_named('h')} OR {sql})",
            _like(word),
            *[_like(word)] * 2,
            *params,
        )
    if filter.compares:
        compared = _compared(history, filter, viewer)
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
        condition = condition.and_(f"{_open('h.reason')} ILIKE %s", _like(filter.reason))
    if filter.object:
        condition = condition.and_(
            f"(h.target_pk = %s OR {_open('h.target_label')} ILIKE %s)",
            filter.object,
            _like(filter.object),
        )
    for word in filter.words:
        kinds = [str(kind) for kind in EVENT_KINDS if word.lower() in kind.label.lower()]
        condition = condition.and_(
            f"({_open('h.reason')} ILIKE %s OR {_open('h.target_label')} ILIKE %s"
            f" OR {_open('h.data::text')} ILIKE %s"
            f" OR h.kind = ANY(%s) OR {_actors_named('h')})",
            *[_like(word)] * 3,
            kinds,
            *[_like(word)] * 2,
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
            like = _like(filter.actor)
            inner = inner.and_(
                f"({_open('c.actor_label')} ILIKE %s OR {_open('c.real_actor_label')} ILIKE %s)",
                like,
                like,
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
        f" WHERE {_open('c.actor_label')} ILIKE %s OR {_open('c.real_actor_label')} ILIKE %s)"
    )


def _open(column: str) -> str:
    """Return a text without its addresses, if the reader may not search by them."""
    if not personal.conceals():
        return column
    return f"regexp_replace({column}, '{personal.ADDRESS_SQL}', '', 'g')"


def _object(
    history: type[HistoryRow], text: str, viewer: PermissionHolder | None
) -> tuple[Any, ...]:
    """Match a record's key, or the fields of its name, as they were at the time."""
    model = history.instance_type
    pk = model._meta.pk
    try:
        key = pk.to_python(text)
    except (ValidationError, ValueError):
        key = None
    if isinstance(key, int) and abs(key) >= 2**31:
        key = None
    parts: list[str] = ["false"]
    params: list[Any] = []
    if key is not None:
        parts.append(f"h.{_quote(key_column(history))} = %s")
        params.append(key)
    if as_uuid(text) is None:
        if text.lower() in (model._meta.model_name, str(model._meta.verbose_name).lower()):
            parts.append("true")
        for field in label_fields(model):
            sql, *given = _says(f"h.{_quote(str(field.column))}", field, text, viewer)
            parts.append(sql)
            params += given
    return f"({' OR '.join(parts)})", *params


def _compared(
    history: type[HistoryRow], filter: TimelineFilter, viewer: PermissionHolder | None
) -> tuple[Any, ...] | None:
    """Match entries by changed field, old value, and new value."""
    model = history.instance_type
    wanted = filter.field.lower().replace(" ", "_")
    fields = [field for field in visible_fields(history) if not wanted or _is_called(field, wanted)]
    parts: list[str] = []
    params: list[Any] = []
    for field in fields:
        sql, *given = _changed(field, filter, viewer)
        parts.append(sql)
        params += given
    if wanted and not filter.before and not filter.after:
        for name in hidden_fields(history):
            if _is_called(model_field(model, name), wanted):
                parts.append("%s = ANY(h.hidden_changes)")
                params.append(name)
    return (f"({' OR '.join(parts)})", *params) if parts else None


def _changed(
    field: models.Field, filter: TimelineFilter, viewer: PermissionHolder | None
) -> tuple[Any, ...]:
    column = _quote(str(field.column))
    before = f"(CASE h.history_type WHEN '-' THEN h.{column} ELSE p.{column} END)"
    after = f"(CASE WHEN h.history_type <> '-' THEN h.{column} END)"
    parts: list[str] = []
    params: list[Any] = []
    for expression, text in ((after, filter.after), (before, filter.before)):
        if text:
            sql, *given = _says(expression, field, text, viewer)
            parts.append(sql)
            params += given
    parts.append(f"nullif({before}::text, '') IS DISTINCT FROM nullif({after}::text, '')")
    return f"({' AND '.join(parts)})", *params


def _says(
    expression: str, field: models.Field, text: str, viewer: PermissionHolder | None
) -> tuple[Any, ...]:
    """Match a value as it is displayed: a choice by its label, a relation by the record's name."""
    if personal.conceals() and field.name in personal.personal_fields(field.model):
        return ("false",)
    if field.is_relation:
        keys = _records_called(related_model(field), text, viewer)
        return (f"{expression} = ANY(%s)", keys) if keys else ("false",)
    if isinstance(field, models.BooleanField):
        word = {"yes": "true", "no": "false"}.get(text.lower(), text.lower())
        return f"{expression}::text = %s", word
    if field.flatchoices:
        values = [
            str(value)
            for value, label in field.flatchoices
            if text.lower() in (str(value).lower(), str(label).lower())
        ]
        return f"{expression}::text = ANY(%s)", values
    return f"{expression}::text ILIKE %s", _like(text)


def _records_called(
    model: type[models.Model], text: str, viewer: PermissionHolder | None
) -> list[Any]:
    """Return the keys of the records with a name, if their model can be searched."""
    key = as_uuid(text)
    if key is not None:
        return [key] if isinstance(model._meta.pk, models.UUIDField) else []
    manager: Any = getattr(model, "all_objects", model._default_manager).all()
    if hasattr(manager, "for_staff") and model is not get_user_model():
        manager = manager.for_staff(viewer)
    search = getattr(manager, "search", None)
    if search is not None:
        return list(search(text).order_by().values_list("pk", flat=True)[:_MATCHES])
    named = [field.name for field in label_fields(model) if not field.is_relation]
    query = models.Q()
    for name in named:
        query |= models.Q(**{f"{name}__icontains": text})
    return list(manager.filter(query).values_list("pk", flat=True)[:_MATCHES]) if named else []


def _is_called(field: models.Field, wanted: str) -> bool:
    return wanted in (field.name, str(field.verbose_name).lower().replace(" ", "_"))


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _quote(name: str) -> str:
    return str(connection.ops.quote_name(name))
