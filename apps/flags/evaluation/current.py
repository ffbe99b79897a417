"""The snapshot that this process answers from, which is never older than a second while the database answers.

A watching process (web, worker, scheduler) hears of changes through its thread (`apps/flags/watch.py`). Any other process
compares the version itself, at most once a second, when it is asked.
"""

import logging
import os
import threading
import time
from dataclasses import dataclass

import psycopg

from apps.flags.evaluation import own_writes
from apps.flags.evaluation.loading import VERSION, load
from apps.flags.evaluation.private_connection import PrivateConnection, private_connection
from apps.flags.evaluation.snapshot import EMPTY, Snapshot

logger = logging.getLogger(__name__)

NEVER = float("-inf")
TRUSTED_SECONDS = 1.0
# How long a question waits for the thread if the last comparison is older than that.
WAIT_SECONDS = 0.25


@dataclass
class _Process:
    """What this process knows. The snapshot is replaced as a whole, and never changed."""

    snapshot: Snapshot = EMPTY
    # Monotonic: when the snapshot was last found to be the database's, and until when nobody asks again.
    confirmed_at: float = NEVER
    trusted_until: float = NEVER
    # A comparison that began before this does not count: this process has committed a change since.
    changed_at: float = NEVER
    # The process that has a thread, by its ID: a fork does not inherit it.
    watched_by: int | None = None


_process = _Process()
# Held while the database is asked, and while the answer is noted.
_renewing, _noting = threading.Lock(), threading.Condition()


def current() -> Snapshot:
    """Return the snapshot that holds now, for this thread."""
    if not own_writes.pending:
        return _committed()
    if own_writes.settle():
        with _noting:
            _process.changed_at = time.monotonic()
            _process.trusted_until = NEVER
    committed, write = _committed(), own_writes.own()
    inside = own_writes.snapshot_inside(write, committed.version) if write else None
    return inside or committed


def _committed() -> Snapshot:
    if time.monotonic() < _process.trusted_until:
        return _process.snapshot
    return _renewed()


def age() -> float | None:
    """Return how many seconds ago the snapshot was last found to be the database's; None if never."""
    if _process.confirmed_at == NEVER:
        return None
    return time.monotonic() - _process.confirmed_at


def age_in_words() -> str:
    """Say how old the snapshot is: “Flags are answered as of 0.4 s ago.”"""
    seconds = age()
    if seconds is None:
        return "No flag has been read yet; they are answered as declared in the code."
    return f"Flags are answered as of {seconds:.1f} s ago."


def is_watched() -> bool:
    return _process.watched_by == os.getpid()


def watched(is_watching: bool) -> None:
    """Start or stop the thread of this process."""
    _process.watched_by = os.getpid() if is_watching else None


def forget() -> None:
    """Answer the next question from the database. For tests that replace its content."""
    own_writes.pending.clear()
    _process.snapshot = EMPTY
    _process.confirmed_at = _process.trusted_until = NEVER


def renew(connection: PrivateConnection) -> Snapshot:
    """Compare the version, read everything if it differs, and return what holds. Raises `psycopg.Error`."""
    with _renewing:
        return _renew(connection)


def _renew(connection: PrivateConnection) -> Snapshot:
    begun = time.monotonic()
    version = next(iter(connection.ask(VERSION)), None)
    snapshot = _process.snapshot
    if version != snapshot.version or _process.confirmed_at == NEVER:
        snapshot = load(connection.ask)
    with _noting:
        _process.snapshot, _process.confirmed_at = snapshot, begun
        if begun >= _process.changed_at:
            _process.trusted_until = begun + TRUSTED_SECONDS
        _noting.notify_all()
    return snapshot


def _renewed() -> Snapshot:
    asked_at = time.monotonic()
    if is_watched() and _process.confirmed_at > _process.changed_at:
        # The thread compares several times a second; it is late only if the machine or the database is.
        with _noting:
            _noting.wait_for(lambda: _process.trusted_until > asked_at, timeout=WAIT_SECONDS)
    elif _renewing.acquire(timeout=WAIT_SECONDS):
        try:
            if _process.trusted_until <= asked_at:
                with private_connection() as connection:
                    _renew(connection)
        except psycopg.Error as error:
            # A command says by itself that it found no database, and the watch does elsewhere.
            logger.debug(
                "Flags are answered from memory, because the database does not answer: %s",
                str(error).strip().partition("\n")[0],
            )
        finally:
            _renewing.release()
    with _noting:
        if _process.trusted_until <= asked_at:
            # Go on with the last snapshot. For a while, nobody waits for the database again.
            _process.trusted_until = time.monotonic() + WAIT_SECONDS
    return _process.snapshot


def _after_fork() -> None:
    global _renewing, _noting
    _renewing, _noting = threading.Lock(), threading.Condition()
    own_writes.pending.clear()


os.register_at_fork(after_in_child=_after_fork)
