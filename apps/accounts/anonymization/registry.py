"""What each app holds of a person: a higher app says it here when it starts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from apps.accounts.anonymization.person import Person


def _nothing(person: Person) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Holding:
    """Where an app holds a person's data."""

    name: str
    # Removes it, and returns how many of what: {"seats": 3}. Runs in the one transaction of all.
    erase: Callable[[Person], dict[str, int]]
    # Sentences about what would go.
    preview: Callable[[Person], Iterable[str]] = _nothing
    # Sentences about why it cannot be done now.
    obstacles: Callable[[Person], Iterable[str]] = _nothing


_holdings: dict[str, Holding] = {}


def register(*holdings: Holding) -> None:
    _holdings.update({holding.name: holding for holding in holdings})


def holdings() -> list[Holding]:
    return list(_holdings.values())
