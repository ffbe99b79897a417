"""The author of a field's current value, for forms that two people edited."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.db.models import ManyToManyField, Model, QuerySet

from apps.audit.history_rows import HistoryRow
from apps.audit.timeline.models import history_of, visible_fields
from apps.core.authorship import Authorship
from apps.core.personal import readable

# Only a record's newest rows are read; older authors are not searched for.
_ROWS_READ = 200


def last_changes(model: type[Model], key: object, fields: Iterable[str]) -> dict[str, Authorship]:
    """Return, by field, the author of its current value; "" stands for the record's deletion.

    The caller has checked that the reader may see the record.
    """
    concrete: Any = model._meta.concrete_model
    found: dict[str, Authorship] = {}
    plain = []
    for name in fields:
        field = concrete._meta.get_field(name) if name else None
        if field is not None and field.many_to_many:
            _take(found, name, _of_relation(field, key))
        elif field is None or field.concrete:
            plain.append(name)
    history = history_of(concrete)
    if not plain or history is None:
        return found
    rows = list(_newest(history, concrete._meta.pk.name, key)[:_ROWS_READ])
    for name in plain:
        if not name:
            _take(found, name, next((row for row in rows if row.history_type == "-"), None))
            continue
        attname = concrete._meta.get_field(name).attname
        if rows and hasattr(rows[0], attname):
            _take(found, name, _where_it_changed(rows, attname))
    return found


def watched_fields(model: type[Model]) -> list[str]:
    """Return the fields whose changes the history records."""
    history: Any = history_of(model)
    if history is None:
        return []
    return [field.name for field in visible_fields(history) if not field.primary_key]


def _where_it_changed(rows: list[Any], attname: str) -> Any:
    """Return the newest row in which the field got its value."""
    for row, older in pairwise(rows):
        if getattr(row, attname) != getattr(older, attname):
            return row
    # All rows that were read have the same value: the record's creator gave it, if that row was
    # read, too.
    return rows[-1] if rows[-1].history_type == "+" else None


def _of_relation(field: ManyToManyField, key: object) -> Any:
    through: Any = field.remote_field.through
    history = history_of(through)
    return None if history is None else _newest(history, field.m2m_field_name(), key).first()


def _newest(history: type[HistoryRow], name: str, key: object) -> QuerySet[Any]:
    rows: QuerySet[Any] = history.objects.filter(**{name: key}).select_related("change_set")
    return rows.order_by("-history_id")


def _take(found: dict[str, Authorship], name: str, row: HistoryRow | None) -> None:
    if row is None:
        return
    made = row.change_set
    actor = made.actor_name if made else ""
    found[name] = Authorship(
        actor=readable(actor) or "somebody",
        actor_id=row.history_user_id,
        at=row.history_date,
        reason=readable(row.history_change_reason or ""),
    )
