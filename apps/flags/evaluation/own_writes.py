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
from apps.flags.evaluation.snapshot import Snapshot, Version

# What the trigger `flags_note_change` raises.
SQLSTATE = "QD001"
_OVER = (TransactionStatus.IDLE, TransactionStatus.UNKNOWN)


@dataclass
class OwnWrite:
    """A connection whose open transaction has changed flags, and what it sees of them."""

    connection: ReferenceType[Any]
    snapshot: Snapshot | None = None
    # What was committed when the snapshot was read.
    base: Version = None
    has_ended: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the transaction was committed or rolled back."""
        connection = self.connection()
        return self.has_ended or connection is None or connection.info.transaction_status in _OVER


# By the identity of the connection. Empty nearly always, which is all that a question looks at.
pending: dict[int, OwnWrite] = {}


def _changed(connection: Any) -> None:
    before = pending.get(id(connection))
    if before is not None and before.has_ended:
        pending[-id(connection)] = before
    pending[id(connection)] = OwnWrite(ref(connection))


def _boundary_passed(connection: Any) -> None:
    # A savepoint may be rolled back, and with it what the snapshot has seen; or the next transaction begins.
    if write := pending.get(id(connection)):
        write.snapshot = None
        write.has_ended = write.is_over


def settle() -> bool:
    """Forget transactions that are over; tell whether there was any."""
    over = [key for key, write in list(pending.items()) if write.is_over]
    for key in over:
        pending.pop(key, None)
    return bool(over)


def own() -> OwnWrite | None:
    """Return the change that this thread's own transaction has made, if any."""
    connection = connections["default"].connection
    write = pending.get(id(connection))
    return write if write is not None and write.connection() is connection else None


def snapshot_inside(write: OwnWrite, committed: Version) -> Snapshot | None:
    """Return what this thread's own transaction sees: its change, and what others have committed meanwhile.

    Returns None in a failed transaction, in which nothing can be asked.
    """
    if write.snapshot is None or write.base != committed:
        try:
            with connections["default"].cursor() as cursor:
                write.snapshot = load(lambda statement: _all(cursor, statement))
        except DatabaseError:
            return None
        write.base = committed
    return write.snapshot


def _all(cursor: Any, statement: str) -> list[tuple[Any, ...]]:
    cursor.execute(statement)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


on_signal(SQLSTATE, _changed)
on_boundary(_boundary_passed)
