"""A place in a list as text, for its address."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from apps.core.admin.paging.order import Key


class UnknownPlaceError(ValueError):
    """The text names no place in this order."""


def encode(keys: Sequence[Key], values: Sequence[Any], pk: Any) -> str:
    """Return a place: the values of its row, or the row's key alone where one of them is personal.

    An address is stored in histories and logs, where no e-mail address belongs.
    """
    content: Any = [_as_json(value) for value in values]
    if any(key.is_personal for key in keys):
        content = {"pk": _as_json(pk)}
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(keys: Sequence[Key], text: str, records: QuerySet[Any]) -> list[Any]:
    """Return the values of a place; raise `UnknownPlaceError`. `records` are those that the reader may see."""
    try:
        padded = text + "=" * (-len(text) % 4)
        content = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise UnknownPlaceError(text) from error
    if any(key.is_personal for key in keys):
        return _of_record(keys, content, records)
    if not isinstance(content, list) or len(content) != len(keys):
        raise UnknownPlaceError(text)
    return [_as_value(key, each) for key, each in zip(keys, content, strict=True)]


def _of_record(keys: Sequence[Key], content: Any, records: QuerySet[Any]) -> list[Any]:
    try:
        found = records.order_by().filter(pk=content["pk"])
        row = found.values_list(*(key.expression for key in keys)).first()
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise UnknownPlaceError(str(content)) from error
    if row is None:
        raise UnknownPlaceError(str(content))
    return list(row)


def _as_json(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _as_value(key: Key, given: Any) -> Any:
    if given is None:
        if key.nullable:
            return None
        raise UnknownPlaceError("None")
    if key.field is None:
        if isinstance(given, (bool, int, float, str)):
            return given
        raise UnknownPlaceError(str(given))
    if not isinstance(given, (str, int, float)) or "\x00" in str(given):
        raise UnknownPlaceError(str(given))
    try:
        value = key.field.to_python(given)
        if isinstance(value, (datetime, date, Decimal)) or value is not None:
            return key.field.get_prep_value(value)
    except (ValidationError, ValueError, TypeError, OverflowError) as error:
        raise UnknownPlaceError(str(given)) from error
    raise UnknownPlaceError(str(given))
