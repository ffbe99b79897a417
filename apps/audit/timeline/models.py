"""The models with a history, and the fields that timelines show."""

from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from apps.audit.history_rows import HistoryRow
from apps.core.model_meta import column_name, concrete_model, model_field

# They change together, and one sentence describes it.
TRASH_FIELDS = frozenset({"deleted_at", "deleted_by", "trash_id"})
_UNTOLD = frozenset({"created_at"})


@cache
def history_models() -> dict[type[models.Model], type[HistoryRow]]:
    """Return the history model of each audited model, in the order of their names."""
    found = {
        model.instance_type: model for model in apps.get_models() if issubclass(model, HistoryRow)
    }
    return dict(sorted(found.items(), key=lambda item: item[0]._meta.label_lower))


def history_of(model: type[models.Model]) -> type[HistoryRow] | None:
    return history_models().get(concrete_model(model))


@cache
def visible_fields(history: type[HistoryRow]) -> tuple[models.Field, ...]:
    """Return the fields whose values a timeline shows."""
    model = history.instance_type
    return tuple(
        field
        for field in history.tracked_fields
        if not field.primary_key
        and not field.generated
        and field.name not in _UNTOLD
        and not (is_soft_deletable(model) and field.name in TRASH_FIELDS)
    )


@cache
def hidden_fields(history: type[HistoryRow]) -> tuple[str, ...]:
    """Return the names of the fields that are watched but never stored."""
    tracked = {field.name for field in history.tracked_fields}
    return tuple(
        field.name
        for field in history.instance_type._meta.concrete_fields
        if field.name not in tracked
    )


def is_soft_deletable(model: type[models.Model]) -> bool:
    return hasattr(model, "all_objects")


def key_column(history: type[HistoryRow]) -> str:
    """Return the column of a history table with the record's key."""
    return column_name(history, history.instance_type._meta.pk.name)


def field_label(model: type[models.Model], name: str) -> str:
    """Return what timelines call a field.

    In the table of a many-to-many field, Django names both sides after their classes ("user"); screens
    have a noun for each ("person").
    """
    field = model_field(model, name)
    if model._meta.auto_created and field.is_relation:
        related: Any = field.related_model
        return str(related._meta.verbose_name)
    return str(field.verbose_name)
