"""Which fields a form of the admin edits, and the check that the services named for it take them."""

import inspect
from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.contrib.admin.utils import flatten
from django.core import checks
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


def check_services(place: Any) -> Iterator[checks.CheckMessage]:
    """Find what a ModelAdmin or an inline lets people type and its service does not take.

    The form passes its cleaned data to the service, so the first save would fail.
    """
    for name in ("create_service", "update_service"):
        service = getattr(place, name, None)
        if service is None:
            continue
        taken = _taken_by(service)
        if taken is None:
            continue
        for field in edited_fields(place, is_new=name == "create_service"):
            if field not in taken:
                owner = place if isinstance(place, type) else type(place)
                yield checks.Error(
                    f"The form of {owner.__name__} has the field “{field}”, and {service.__name__}() does not "
                    "take it.",
                    hint=f"Add the argument “{field}” to {service.__name__}() of {service.__module__}, and store "
                    "it there.",
                    obj=owner,
                    id="core.E040",
                )


def _taken_by(service: Callable[..., Any]) -> set[str] | None:
    """Return the names of a service's arguments, or None if it takes any."""
    parameters = inspect.signature(service).parameters.values()
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
        return None
    return {each.name for each in parameters}


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


def check_autocompletes(place: Any) -> Iterator[checks.CheckMessage]:
    """Find relations whose form would list every record there is."""
    searched = {*place.autocomplete_fields, *place.raw_id_fields}
    edited = {*edited_fields(place, is_new=True), *edited_fields(place, is_new=False)}
    for field in concrete_model(place.model)._meta.get_fields():
        if field.name in edited - searched and field.is_relation:
            owner = place if isinstance(place, type) else type(place)
            yield checks.Error(
                f"The form of {owner.__name__} would list every record that “{field.name}” may name.",
                hint=f'Add "{field.name}" to {owner.__name__}.autocomplete_fields.',
                obj=owner,
                id="core.E043",
            )
