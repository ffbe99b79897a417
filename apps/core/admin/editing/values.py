"""The initial values of form fields as JSON, and back."""

import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.utils.dateparse import parse_duration
from django.utils.duration import duration_iso_string

_KINDS: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    # A datetime is a date as well, so it stands first.
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "timedelta": (timedelta, duration_iso_string, parse_duration),
    "decimal": (Decimal, str, Decimal),
    "uuid": (uuid.UUID, str, uuid.UUID),
}


def frozen(value: object) -> Any:
    """Return a form field's initial value as JSON; of records only their keys are kept."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Model):
        return frozen(value.pk)
    if isinstance(value, FieldFile):
        return value.name or ""
    for kind, (python, dump, _) in _KINDS.items():
        if isinstance(value, python):
            return {"": kind, "value": dump(value)}
    if isinstance(value, dict):
        return {"": "dict", "value": {str(key): frozen(each) for key, each in value.items()}}
    if isinstance(value, Iterable):
        return [frozen(each) for each in value]
    return {"": "text", "value": str(value)}


def thawed(value: object) -> Any:
    """Return the value that `frozen` was given; a record as its key, a file as its name."""
    if isinstance(value, list):
        return [thawed(each) for each in value]
    if not isinstance(value, dict):
        return value
    kind, held = value[""], value["value"]
    if kind == "dict":
        return {key: thawed(each) for key, each in held.items()}
    if kind in _KINDS:
        return _KINDS[kind][2](held)
    return held
