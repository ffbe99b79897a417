"""The places where apps store a person's data. An app adds its own in `anonymization.py`."""

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
    """How an app removes a person's data."""

    name: str
    # Removes the data and returns the counts: {"memberships": 3}. Runs in one transaction with
    # all others.
    erase: Callable[[Person], dict[str, int]]
    # Sentences about what will be removed.
    preview: Callable[[Person], Iterable[str]] = _nothing
    # Sentences about why it can't be removed now.
    obstacles: Callable[[Person], Iterable[str]] = _nothing
    # The person's own records, by model, including those that only the history knows. The reason
    # for a change of one of them may name the person by first name only.
    records: Callable[[Person], dict[type[Model], list[Any]]] = _no_records


ERASURE_HANDLERS = Registry[ErasureHandler](
    "erasure handlers", "what apps hold of a person, and how it is removed", key=attrgetter("name")
)
