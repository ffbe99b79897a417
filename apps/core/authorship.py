"""Who last changed each field. The audit app answers; see `AUTHORSHIP`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Model

from apps.core.port import Port


@dataclass(frozen=True)
class Authorship:
    """Who made a change, when, and why; masked for the reader where needed."""

    actor: str
    actor_id: Any
    at: datetime
    reason: str = ""


class Authors(Protocol):
    """The port's interface: a module or an object with these two functions."""

    def watched_fields(self, model: type[Model], /) -> list[str]: ...

    def last_changes(
        self, model: type[Model], key: object, fields: Iterable[str], /
    ) -> dict[str, Authorship]: ...


AUTHORSHIP = Port[Authors]("authorship", "who changed a field last")


def watched_fields(model: type[Model]) -> list[str]:
    """Return the fields whose changes the history records; nothing for a model without a history."""
    return AUTHORSHIP.get().watched_fields(model)


def last_changes(model: type[Model], key: object, fields: Iterable[str]) -> dict[str, Authorship]:
    """Return, by field, the author of its current value, if the history knows.

    A field may be a many-to-many relation. The empty name stands for the record's deletion.
    """
    return AUTHORSHIP.get().last_changes(model, key, fields)
