"""How long a web request waits for the database, and whether it went away meanwhile.

A request that cannot have the database is answered at once with a page that says so. Jobs and commands
wait longer (`DATABASE_PATIENCE_SECONDS`): none of this holds outside of `limited()`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# Together less than two seconds, within which every request answers.
PING_SECONDS = 0.5
CONNECT_SECONDS = 1.0
# After so long a statement is asked about: is it slow, or does the server answer nobody?
PATIENCE_SECONDS = 0.75
# Longer than the database itself lets a statement of a request run: beyond that it does not answer.
STATEMENT_SECONDS = 55.0
# After a failure nobody tries again for so long: requests that wait would hold all threads.
PAUSE_SECONDS = 1.0


@dataclass
class Limits:
    """What one request knows of the database."""

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
    """Hold what happens inside to the limits."""
    limits = Limits()
    token = _limits.set(limits)
    try:
        yield limits
    finally:
        _limits.reset(token)


def is_refused() -> bool:
    """Tell whether a request shall not even try: the database is gone, or was a moment ago."""
    limits = _limits.get()
    if limits is None:
        return False
    return limits.is_gone or time.monotonic() - _failed_at < PAUSE_SECONDS


def note_unavailable(*, waited: float) -> None:
    """Note that the database did not answer, and for how long that was waited for.

    Nothing is noted outside of a request. A refusal that comes at once holds nobody up: the next
    request may ask again.
    """
    global _failed_at
    limits = _limits.get()
    if limits is None:
        return
    limits.is_gone = True
    if waited > PING_SECONDS / 2:
        _failed_at = time.monotonic()
