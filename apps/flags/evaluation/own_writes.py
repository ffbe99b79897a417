"""Changes of flags by this process: its own transaction sees them at once, and all of it does after the commit.

A trigger announces each change to the connection that caused it; see `apps/core/database_signals.py`.
"""

from dataclasses import dataclass
from typing import Any
from weakref import ReferenceType, ref

from django.db import DatabaseError, connections
from psycopg.pq import TransactionStatus

from apps.core.database_signals import on_boundary, on_signal
from apps.flags.evaluation.loading import load
from apps.flags.evaluation.snapshot import Snapshot

# What the trigger `flags_note_change` raises.
SQLSTATE = "QD001"
_OVER = (TransactionStatus.IDLE, TransactionStatus.UNKNOWN)


@dataclass
class OwnWrite:
    """A connection whose open transaction has changed flags, and what it sees of them."""

    connection: ReferenceType[Any]
    snapshot: Snapshot | None = None

    @property
    def is_over(self) -> bool:
        """Whether the transaction was committed or rolled back."""
        connection = self.connection()
        return connection is None or connection.info.transaction_status in _OVER


# By the identity of the connection. Empty nearly always, which is all that a question looks at.
pending: dict[int, OwnWrite] = {}


def _changed(connection: Any) -> None:
    pending[id(connection)] = OwnWrite(ref(connection))


def _boundary_passed(connection: Any) -> None:
    # A savepoint may be rolled back, and with it what the snapshot has seen.
    if write := pending.get(id(connection)):
        write.snapshot = None


def settle() -> bool:
    """Forget transactions that are over; tell whether there was any."""
    over = [key for key, write in list(pending.items()) if write.is_over]
    for key in over:
        pending.pop(key, None)
    return bool(over)


def snapshot_inside() -> Snapshot | None:
    """Return what this thread's own transaction sees, if it has changed flags."""
    connection = connections["default"]
    write = pending.get(id(connection.connection))
    if write is None or write.connection() is not connection.connection:
        return None
    if write.snapshot is None:
        try:
            with connection.cursor() as cursor:
                write.snapshot = load(lambda statement: _all(cursor, statement))
        except DatabaseError:
            return None  # In a failed transaction nothing can be asked.
    return write.snapshot


def _all(cursor: Any, statement: str) -> list[tuple[Any, ...]]:
    cursor.execute(statement)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


on_signal(SQLSTATE, _changed)
on_boundary(_boundary_passed)
