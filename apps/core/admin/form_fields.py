"""Which fields a form of the admin edits."""

from collections.abc import Collection
from typing import Any

from django.contrib.admin.utils import flatten
from django.db.models import Model

from apps.core.model_meta import concrete_model

type Fieldsets = list[tuple[str | None, dict[str, Any]]]


def without_read_only(fieldsets: Fieldsets, read_only: Collection[str]) -> Fieldsets:
    """Return the fieldsets of a record that is yet to be made: there is nothing to only read."""
    kept: Fieldsets = []
    for title, options in fieldsets:
        fields = [name for name in flatten(options["fields"]) if name not in read_only]
        if fields:
            kept.append((title, {**options, "fields": fields}))
    return kept


def edited_fields(place: Any, *, is_new: bool) -> list[str]:
    """Return the model's fields that a form declares, for a new record or for a stored one."""
    if getattr(place, "is_read_only", False):
        return []
    fieldsets = getattr(place, "add_fieldsets", None) if is_new else None
    fieldsets = fieldsets or place.fieldsets or [(None, {"fields": place.fields or ()})]
    fixed = () if is_new else getattr(place, "fixed_fields", ())
    read_only = {*place.readonly_fields, *fixed}
    named = [name for _, options in fieldsets for name in flatten(options["fields"])]
    return [
        name for name in named if name not in read_only and name in _editable_fields(place.model)
    ]


def _editable_fields(model: type[Model]) -> set[str]:
    opts = concrete_model(model)._meta
    return {field.name for field in [*opts.fields, *opts.many_to_many] if field.editable}
