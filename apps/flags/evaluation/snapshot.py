"""The immutable picture of all flags, switches, and samples that a process answers from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

# The database's number of the state, and when it was committed, in seconds. The moment tells two histories apart that
# reached the same number, before and after a backup was restored.
type Version = tuple[int, str] | None

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Targets:
    """Keys of people, roles, and organizations."""

    people: frozenset[UUID] = frozenset()
    roles: frozenset[int] = frozenset()
    organizations: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class FlagState:
    """What one flag says. `percent` is in tenths of a percent."""

    name: str
    everyone: bool | None = None
    authenticated: bool = False
    staff: bool = False
    superusers: bool = False
    percent: int = 0
    is_percent_by_organization: bool = False
    allowed: Targets = Targets()
    denied: Targets = Targets()
    # The names of the flags that must be on as well.
    prerequisites: tuple[str, ...] = ()

    def share_of(self, key: UUID) -> int:
        """Return the place of a person or an organization among 1,000; it never changes.

        Whoever is below the percentage is in, so a larger percentage keeps all of the smaller one.
        """
        digest = hashlib.sha256(f"{self.name}:{key}".encode()).digest()
        return int.from_bytes(digest[:8]) % 1000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of them at one moment. `rows` holds the columns of each, by model and name."""

    version: Version = None
    flags: Mapping[str, FlagState] = NOTHING
    switches: Mapping[str, bool] = NOTHING
    # The percentage of each sample.
    samples: Mapping[str, Decimal] = NOTHING
    rows: Mapping[tuple[str, str], Mapping[str, Any]] = NOTHING
    # Records made from `rows`, as they are asked for; no verdict depends on them.
    records: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)


EMPTY = Snapshot()
