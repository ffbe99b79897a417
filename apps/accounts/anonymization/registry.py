"""What each app holds of a person: a higher app adds it in its `anonymization.py`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import Model

from apps.accounts.anonymization.person import Person
from apps.core.port import Registry


def _nothing(person: Person) -> Iterable[str]:
    return ()


def _no_records(person: Person) -> dict[type[Model], list[Any]]:
    return {}


@dataclass(frozen=True)
class ErasureHandler:
    """Where an app holds a person's data."""

    name: str
    # Removes it, and returns how many of what: {"memberships": 3}. Runs in the one transaction of all.
    erase: Callable[[Person], dict[str, int]]
    # Sentences about what would go.
    preview: Callable[[Person], Iterable[str]] = _nothing
    # Sentences about why it cannot be done now.
    obstacles: Callable[[Person], Iterable[str]] = _nothing
    # The records that are the person's own, by model, also those that the history alone knows. What
    # was said about a change of one of them may name the person by a first name alone.
    records: Callable[[Person], dict[type[Model], list[Any]]] = _no_records


ERASURE_HANDLERS = Registry[ErasureHandler](
    "erasure handlers", "what apps hold of a person, and how it is removed", key=attrgetter("name")
)
