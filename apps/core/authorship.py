"""Who changed which field last, from the ground floor.

The audit app stands above this one and knows: it registers its answer here when it starts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model


@dataclass(frozen=True)
class Authorship:
    """Who made a change, when, and the reason given; as the one who reads may see it."""

    actor: str
    actor_id: Any
    at: datetime
    reason: str = ""


type Answer = Callable[[type[Model], Any, Iterable[str]], dict[str, Authorship]]

_registered: list[tuple[Answer, Callable[[type[Model]], list[str]]]] = []


def register(answer: Answer, watched: Callable[[type[Model]], list[str]]) -> None:
    """Give what tells who changed fields last, and which are watched; the last ones given count."""
    _registered[:] = [(answer, watched)]


def watched_fields(model: type[Model]) -> list[str]:
    """Return the fields whose changes the history tells; nothing for a model without a history."""
    return _registered[0][1](model) if _registered else []


def last_changes(model: type[Model], key: Any, fields: Iterable[str]) -> dict[str, Authorship]:
    """Return by field who gave it the value that it has now, where the history knows.

    A field may be a many-to-many relation. The empty name stands for the record's removal.
    """
    return _registered[0][0](model, key, fields) if _registered else {}
