"""Read-only mode: the database refuses every write, and this is what the code knows of it.

A trigger on each table refuses (`apps/core/read_only_guards.py`), whatever program writes. An app declares in its
`read_only.py` the tables that stay writable, and why. The port `READ_ONLY` says whether the mode is on: `apps.flags`
answers it, with the switch `read-only`.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import InternalError
from django.db.models import Model
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.personal import readable
from apps.core.port import Port, Registry

UNKNOWN_END_SECONDS = 300


class ReadOnlyError(DomainError, InternalError):
    """Raised for a write that the database refuses because it is read-only. Nothing of its transaction stays."""


@dataclass(frozen=True)
class ReadOnly:
    """Why nothing can be changed, since when, and until when if that is known."""

    reason: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def sentence(self) -> str:
        """One sentence for the row of what was not done."""
        by = f" by {self.actor}" if self.actor else ""
        why = f": {self.reason.rstrip('.')}" if self.reason else ""
        return f"Read-only mode was turned on{by}{why}."


READ_ONLY = Port[Callable[[], ReadOnly | None]](
    "read-only mode", "whether every write is refused, and why"
)


def read_only() -> ReadOnly | None:
    """Return why nothing can be changed now, or nothing. Up to a second old: only the database decides."""
    return READ_ONLY.get()()


def retry_seconds() -> int:
    """Return in how many seconds a program may try a refused write again."""
    mode = read_only()
    if mode is None:
        return 1
    if mode.until is None:
        return UNKNOWN_END_SECONDS
    return max(1, int((mode.until - timezone.now()).total_seconds()))


@dataclass(frozen=True)
class Writable:
    """A table that stays writable, or a part of it: with `columns`, only updates of these; "*" is any update.

    `table` may end with "%" for all tables that begin so.
    """

    table: str
    because: str
    columns: tuple[str, ...] = ()


WRITABLE = Registry[Writable](
    "tables that stay writable", "what read-only mode leaves alone", key=attrgetter("table")
)
ANY_UPDATE = ("*",)


def stays_writable(*tables: type[Model] | str, because: str, columns: tuple[str, ...] = ()) -> None:
    """Declare tables that read-only mode leaves alone, with the reason."""
    module = str(sys._getframe(1).f_globals["__name__"])
    for table in tables:
        name = table if isinstance(table, str) else table._meta.db_table
        WRITABLE.add(Writable(name, because, columns), module=module)


def writable(table: str) -> Writable | None:
    """Return what stays writable of a table; None if nothing does."""
    exact = WRITABLE.get(table)
    if exact is not None:
        return exact
    alike = (one for one in WRITABLE if one.table.endswith("%"))
    return next((one for one in alike if table.startswith(one.table[:-1])), None)


def refusal(error: Any) -> ReadOnlyError:
    """Return the error to raise for psycopg's."""
    # The database puts the reason of staff into its sentence, and anybody may try to write.
    return ReadOnlyError(readable(error.diag.message_primary or str(error)))
