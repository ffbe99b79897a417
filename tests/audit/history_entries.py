"""Reading the trail in tests: what was written since a mark, in the order in which it was."""

from typing import Any, NamedTuple

from django.db import connection, models


class Entry(NamedTuple):
    kind: str
    pk: Any
    values: dict[str, Any]
    actor: Any
    reason: str | None


def mark() -> int:
    """Return the newest position of the trail."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM audit_position")
        (position,) = cursor.fetchone()
    return int(position)


def since(position: int, model: type[models.Model]) -> list[Entry]:
    history = model.history.model  # type: ignore[attr-defined]
    names = [field.attname for field in history.tracked_fields]
    return [
        Entry(
            row.history_type,
            getattr(row, model._meta.pk.attname),
            {name: getattr(row, name) for name in names},
            row.history_user_id,
            row.history_change_reason,
        )
        for row in history.objects.filter(history_id__gt=position).order_by("history_id")
    ]


def kinds(position: int, model: type[models.Model]) -> list[str]:
    return [entry.kind for entry in since(position, model)]


def as_stored(record: models.Model) -> dict[str, Any]:
    """Return the record's tracked values as they stand in the database."""
    history = type(record).history.model  # type: ignore[attr-defined]
    names = [field.attname for field in history.tracked_fields]
    return dict(type(record)._base_manager.values(*names).get(pk=record.pk))
