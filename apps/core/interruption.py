"""Signals that ask a command to stop: it ends at a safe point and says what it did.

Commands that move data listen (`listening`), and so do tasks in a worker
(`apps.core.graceful_task`). The first SIGINT, SIGTERM, or SIGHUP raises `Interrupted` in the main
thread: at once, or at the end of a `shielded` block. As a KeyboardInterrupt it passes every `except
Exception`, and psycopg cancels the running statement.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.db import connection

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# One Ctrl-C may arrive twice: from the terminal, and forwarded by a parent process.
_SAME_PRESS_SECONDS = 2.0
# How long a shielded block may wait for another machine after a signal. With the two seconds that a
# worker gives its tasks, everything has stopped within five.
_HURRY_SECONDS = 2.0


class Interrupted(KeyboardInterrupt):
    """A signal asked this process to stop; `str()` is the signal's name.

    In a command, the work ends. In a worker (`in_worker`), another process continues it.
    """

    def __init__(self, name: str, *, in_worker: bool = False) -> None:
        super().__init__(name)
        self.in_worker = in_worker


class _Listener:
    def __init__(self, *, in_worker: bool) -> None:
        self.in_worker = in_worker
        # The number of the signal, 0 for none.
        self.heard = 0
        self.shields = 0
        self.pending: Interrupted | None = None
        self.raised_at: float | None = None
        self.is_ending = False
        # Asked by this process itself (`interrupt`), which goes on to its next work.
        self.is_asked = False
        # What ends the wait of the shielded block that is running, and whether the block is over.
        self.hurry: tuple[Callable[[], object], threading.Event] | None = None

    def receive(self, number: int, _frame: FrameType | None) -> None:
        if self.is_ending or self.pending is not None:
            return
        now = time.monotonic()
        if self.raised_at is not None and now - self.raised_at < _SAME_PRESS_SECONDS:
            return
        self.heard = 0 if self.is_asked else number
        interrupted = Interrupted(signal.Signals(number).name, in_worker=self.in_worker)
        if self.shields:
            self.pending = interrupted
            self.hurry_up()
            return
        self.raised_at = now
        raise interrupted

    def hurry_up(self) -> None:
        """End the wait of the shielded block soon, if it said how."""
        if self.hurry is None:
            return
        act, over = self.hurry

        def later() -> None:
            if not over.wait(_HURRY_SECONDS):
                act()

        threading.Thread(target=later, name="end of a wait", daemon=True).start()


_listener: _Listener | None = None


@contextmanager
def listening(*, in_worker: bool = False) -> Iterator[_Listener]:
    """Raise `Interrupted` on a signal inside the block. Has no effect outside of the main thread."""
    global _listener
    if threading.current_thread() is not threading.main_thread() or _listener is not None:
        yield _listener or _Listener(in_worker=in_worker)
        return
    before: dict[int, Any] = {each: signal.getsignal(each) for each in _SIGNALS}
    # Under nohup, a closed terminal is no reason to stop.
    signals = [n for n in _SIGNALS if n != signal.SIGHUP or before[n] is not signal.SIG_IGN]
    _listener = _Listener(in_worker=in_worker)
    try:
        for number in signals:
            signal.signal(number, _listener.receive)
        yield _listener
    finally:
        _listener.is_ending = True
        for number in signals:
            signal.signal(number, before[number] or signal.SIG_DFL)
        _listener = None


def interrupt() -> None:
    """Ask the main thread of this process to stop, from another thread, as a signal would.

    Without a listener there is no safe point to stop at, so this does nothing.
    """
    listener = _listener
    main = threading.main_thread().ident
    if listener is not None and main is not None:
        listener.is_asked = True
        signal.pthread_kill(main, signal.SIGTERM)


@contextmanager
def shielded(*, hurry: Callable[[], object] | None = None) -> Iterator[None]:
    """Run the block to its end; a signal that arrives in it is raised afterward.

    A block that waits for another machine gives `hurry`, which makes the wait fail. It is called from
    another thread if the block has not ended two seconds after the signal.
    """
    listener = _listener
    if listener is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    listener.shields += 1
    over = threading.Event()
    if hurry is not None:
        listener.hurry = hurry, over
        if listener.pending is not None:
            listener.hurry_up()
    try:
        yield
    finally:
        over.set()
        listener.shields -= 1
        if hurry is not None:
            listener.hurry = None
    if not listener.shields and listener.pending is not None and not listener.is_ending:
        interrupted, listener.pending = listener.pending, None
        listener.raised_at = time.monotonic()
        raise interrupted


def begin_to_end() -> None:
    """Ignore further signals while the command records how far it came.

    Opens a new connection, because the interrupted one may be in the middle of a statement.
    """
    if _listener is not None:
        _listener.is_ending = True
    connection.in_atomic_block = False
    connection.savepoint_ids = []
    connection.needs_rollback = False
    connection.close()
