"""Limits on how long a web request waits for the database.

If the database does not answer, the request gets a page that says so at once. Jobs and commands
wait longer (`DATABASE_PATIENCE_SECONDS`): these limits apply only inside `limited()`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# Together less than two seconds: every request is answered within that time.
PING_SECONDS = 0.5
CONNECT_SECONDS = 1.0
# After this time, find out whether a statement is slow or the server is silent.
PATIENCE_SECONDS = 0.75
# Longer than the database's own limit for a request's statement: beyond it, the server is silent.
STATEMENT_SECONDS = 55.0
# After a failure, no request tries again for this long: waiting requests would hold all threads.
PAUSE_SECONDS = 1.0


@dataclass
class Limits:
    """What one request knows about the database's availability."""

    is_pinging: bool = False
    is_gone: bool = False

    @property
    def statement_seconds(self) -> float:
        return PING_SECONDS if self.is_pinging else STATEMENT_SECONDS


_limits: ContextVar[Limits | None] = ContextVar("database_limits", default=None)
_failed_at = float("-inf")


def current() -> Limits | None:
    """Return the limits of the request that is being answered; None outside of one."""
    return _limits.get()


@contextmanager
def limited() -> Iterator[Limits]:
    """Apply the limits inside the block."""
    limits = Limits()
    token = _limits.set(limits)
    try:
        yield limits
    finally:
        _limits.reset(token)


def is_refused() -> bool:
    """Tell whether a request should not try at all, because the database is or was just away."""
    limits = _limits.get()
    if limits is None:
        return False
    return limits.is_gone or time.monotonic() - _failed_at < PAUSE_SECONDS


def note_unavailable(*, waited: float) -> None:
    """Record that the database did not answer, and how long the request waited.

    Outside of a request nothing is recorded. An immediate refusal delays nobody, so the next
    request may try again.
    """
    global _failed_at
    limits = _limits.get()
    if limits is None:
        return
    limits.is_gone = True
    if waited > PING_SECONDS / 2:
        _failed_at = time.monotonic()
