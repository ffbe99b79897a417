"""The immutable picture of all flags, switches, and samples that a process answers from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

# The database's number of the state, and when it was committed, in seconds. The moment tells two histories apart that
# reached the same number, before and after a backup was restored.
type Version = tuple[int, str] | None

NOTHING: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Targets:
    """Keys of people, roles, and organizations; UUIDs as numbers, which are half as large and found twice as fast."""

    people: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    organizations: frozenset[int] = frozenset()


@lru_cache(maxsize=65_536)
def _place(name: str, key: int) -> int:
    digest = hashlib.sha256(f"{name}:{UUID(int=key)}".encode()).digest()
    return int.from_bytes(digest[:8]) % 1000


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
    # Which rules it has, computed on first use.
    rules: list[Any] = field(default_factory=list, init=False, compare=False, repr=False)

    def share_of(self, key: int) -> int:
        """Return the place of a person or an organization among 1,000; it never changes.

        Places below the percentage are in, so a larger percentage keeps all of the smaller one.
        """
        return _place(self.name, key)


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
    records: dict[tuple[Any, str], Any] = field(default_factory=dict, compare=False, repr=False)


EMPTY = Snapshot()
