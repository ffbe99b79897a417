"""Turns a reader's words into SQL over the fields of one history table.

The table is called `h`, and the previous entry `p`. Column names come from the models; everything that
a reader typed is passed as a parameter.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection, models

from apps.audit.history_rows import HistoryRow
from apps.audit.timeline.filters import TimelineFilter
from apps.audit.timeline.models import hidden_fields, key_column, visible_fields
from apps.audit.timeline.record_names import label_fields
from apps.core import personal
from apps.core.actors import PermissionHolder
from apps.core.model_meta import model_field, related_model
from apps.core.personal_patterns import PERSONAL_SQL, SIGNS_SQL
from apps.core.search import containing
from apps.core.uuid7 import as_uuid

# At most this many records of one name are looked up; with more, the search is too broad.
_MATCHES = 500


def matches_object(
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


def matches_change(
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
    return f"{open_text(f'{expression}::text')} ILIKE %s", like(text)


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
    found = containing(manager.all(), named, text) if named else manager.none()
    return list(found.values_list("pk", flat=True)[:_MATCHES])


def _is_called(field: models.Field, wanted: str) -> bool:
    return wanted in (field.name, str(field.verbose_name).lower().replace(" ", "_"))


def open_text(column: str) -> str:
    """Return a text without its addresses and numbers, if the reader may not search by them."""
    if not personal.conceals():
        return column
    signs, hidden = (each.replace("%", "%%") for each in (SIGNS_SQL, PERSONAL_SQL))
    return (
        f"CASE WHEN {column} ~ '{signs}' THEN regexp_replace({column}, '{hidden}', '', 'g')"
        f" ELSE {column} END"
    )


def like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _quote(name: str) -> str:
    return str(connection.ops.quote_name(name))
