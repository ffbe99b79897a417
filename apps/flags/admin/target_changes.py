"""What a form changed of a flag's targets, for the event."""

from typing import Any

from django.db.models import QuerySet
from django.forms import ModelForm

_SHOWN = 20


def targets_before(form: ModelForm) -> dict[str, Any]:
    return {field: _readable(form.initial.get(field)) for field in form.changed_data}


def targets_changed(form: ModelForm, before: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        field: [before.get(field), _readable(form.cleaned_data.get(field))]
        for field in form.changed_data
    }


def _readable(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple | QuerySet):
        names = [str(item) for item in value]
        more = len(names) - _SHOWN
        return [*names[:_SHOWN], f"and {more} more"] if more > 0 else names
    return str(value)
