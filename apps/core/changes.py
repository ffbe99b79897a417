"""Writes some fields of a record: the common part of the `<entity>_update` services."""

import enum
from typing import Any, Final

from django.db.models import Model

from apps.core.constraints import refusals_in_words, validated


class Unset(enum.Enum):
    TOKEN = 0


# Default of an update service's argument: the field is not changed.
UNSET: Final = Unset.TOKEN


def given(**values: object) -> dict[str, Any]:
    """Return those arguments of an update service that were given."""
    return {name: value for name, value in values.items() if value is not UNSET}


def write_changes(record: Model, changes: dict[str, Any]) -> None:
    """Set the fields of a locked record, validate it, and store these fields alone.

    Raises `DomainError` for what the model or the database refuses.
    """
    for name, value in changes.items():
        setattr(record, name, value.strip() if isinstance(value, str) else value)
    validated(record)
    with refusals_in_words():
        record.save(update_fields=list(changes))
