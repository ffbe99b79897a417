"""What the database tells a process about its own statements, while their transaction is still open.

A trigger says it with `RAISE INFO`, whatever caused it: the ORM, raw SQL, a cascade, or another trigger. A higher
app declares what it listens to by an error code of its own.
"""

from collections.abc import Callable
from typing import Any
from weakref import ReferenceType

# By SQLSTATE: what to call with the psycopg connection whose statement caused it.
_listeners: dict[str, Callable[[Any], None]] = {}
# Called with the connection when its transaction, or a part of it, ends.
_at_boundaries: list[Callable[[Any], None]] = []


def on_signal(sqlstate: str, listener: Callable[[Any], None]) -> None:
    """Call `listener` for each message with this error code."""
    _listeners[sqlstate] = listener


def on_boundary(listener: Callable[[Any], None]) -> None:
    """Call `listener` before a connection begins or ends a transaction or a savepoint."""
    if listener not in _at_boundaries:
        _at_boundaries.append(listener)


def signal_received(connection: ReferenceType[Any], diagnostic: Any) -> None:
    """psycopg received a message for `connection`."""
    listener = _listeners.get(diagnostic.sqlstate or "")
    if listener is not None and (told := connection()) is not None:
        listener(told)


def boundary_passed(connection: Any) -> None:
    for listener in _at_boundaries:
        listener(connection)
