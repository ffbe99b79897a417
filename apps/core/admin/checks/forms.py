"""System checks of a form's fields: services that do not take one, and lists of every record."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from django.core import checks

from apps.core.admin.form_fields import edited_fields
from apps.core.model_meta import concrete_model


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
