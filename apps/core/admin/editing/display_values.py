"""Values of form fields in words, masked for the reader where needed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.forms import BooleanField, ChoiceField, Field, FileField, ModelChoiceField
from django.utils import timezone

from apps.core.admin.display import EMPTY
from apps.core.admin.editing.compared_form import ComparedForm
from apps.core.admin.editing.values import thawed
from apps.core.personal import conceals, disclose, is_personal, readable
from apps.core.value_words import value_words

UNSEEN = "a record that you can't see"
_CONCEALED = "•••"
_NAMED = 20


def label_of(form: ComparedForm, name: str) -> str:
    return str(form[name].label)


def stored_words(form: ComparedForm, name: str, value: object) -> str:
    """Return a frozen value of a form's field in words."""
    return _words(form, name, thawed(value))


def posted_words(form: ComparedForm, name: str) -> str:
    """Return what was posted for a form's field in words."""
    field, data = form.fields[name], form[name].data
    if isinstance(field, FileField):
        return _file_words(data)
    if not isinstance(field, ModelChoiceField):
        try:
            data = field.to_python(data)
        except ValidationError:
            data = str(data)
    return _words(form, name, data)


def _file_words(data: File | None) -> str:
    if data is False:
        return "no file"
    return f"{data.name} (choose the file again to keep it)" if data else EMPTY


def _words(form: ComparedForm, name: str, value: object) -> str:
    field = form.fields[name]
    if value in (None, "", [], ()) and not isinstance(field, BooleanField):
        return EMPTY
    model, key = form.record
    if is_personal(model, name):
        if conceals():
            return _CONCEALED
        disclose([key])
    if isinstance(field, ModelChoiceField):
        keys = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
        return _names(field, keys)
    return readable(_plain(field, value))


def _names(field: ModelChoiceField, keys: list[Any]) -> str:
    queryset: Any = field.queryset
    try:
        found = list(queryset.filter(pk__in=keys[: _NAMED + 1]))
    except (ValidationError, ValueError):
        found = []
    names = sorted(readable(str(field.label_from_instance(record))) for record in found[:_NAMED])
    unseen = len(keys) - len(found) if len(keys) <= _NAMED else 0
    names += [UNSEEN] * unseen
    if len(keys) > _NAMED:
        names.append(f"and {len(keys) - len(names):,} more")
    return ", ".join(names)


def _plain(field: Field, value: object) -> str:
    if isinstance(field, ChoiceField):
        return _choice_words(field, value)
    words = value_words(bool(value) if isinstance(field, BooleanField) else value)
    if isinstance(value, datetime) and timezone.is_aware(value):
        # Two versions are compared: here the time zone counts.
        return f"{words} {timezone.localtime(value):%Z}"
    return words


def _choice_words(field: ChoiceField, value: object) -> str:
    values = {str(each) for each in value} if isinstance(value, list) else {str(value)}
    named = []
    choices: Any = field.choices
    for key, name in choices:
        options = name if isinstance(name, list | tuple) else [(key, name)]
        named += [str(label) for each, label in options if str(each) in values]
    return ", ".join(named) or str(value)
