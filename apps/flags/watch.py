"""The thread that keeps a process's flags current, and tells the database what the process answers, and from which version.

Web processes, workers, and the scheduler each have one, with one connection of its own. It ends with the process.
"""

import atexit
import logging
import os
import threading
from collections.abc import Callable

import psycopg
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.flags import processes
from apps.flags.answers import WRITE_SECONDS, Writing
from apps.flags.evaluation import current
from apps.flags.evaluation.askers import known_by, remembering
from apps.flags.evaluation.private_connection import PrivateConnection, private_connection

logger = logging.getLogger(__name__)

CHANNEL = "flags"
# A notification can be lost. Without one, the version is compared this often.
COMPARE_SECONDS = 0.5
# A sign of life without a change is written no more often.
REPORT_SECONDS = 1.0

_starting = threading.Lock()
_stopping = threading.Event()
_thread: threading.Thread | None = None


class FlagsMiddleware:
    """Starts the thread with a process's first request, and lets a request look up each person at most once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not current.is_watched():
            flags_watch_start("web")
        with remembering(known_by(request)):
            return self.get_response(request)


def flags_watch_start(kind: str) -> None:
    """Start the thread of this process, a "web", "worker", or "beat", unless it runs or `FLAGS_WATCH` is off."""
    global _thread
    with _starting:
        if current.is_watched() or not settings.FLAGS_WATCH:
            return
        current.watched(True)
        _stopping.clear()
        _thread = threading.Thread(target=_watch, args=[kind], name="flags", daemon=True)
        _thread.start()
        atexit.register(flags_watch_stop)


def flags_watch_stop() -> None:
    """End the thread of this process. What it had said of the process is removed."""
    if current.is_watched() and _thread is not None:
        _stopping.set()
        _thread.join(2)


def _watch(kind: str) -> None:
    report, writing = processes.Report(kind), Writing(kind)
    try:
        while not _stopping.is_set():
            try:
                with private_connection() as connection:
                    _listen(connection, report, writing)
            except psycopg.Error as error:
                message = str(error).strip().partition("\n")[0]
                logger.warning("Flags are answered from memory: %s", message)
            except Exception:
                logger.exception("The watch for changes of flags failed.")
            _stopping.wait(COMPARE_SECONDS)
    finally:
        current.watched(False)


def _listen(connection: PrivateConnection, report: processes.Report, writing: Writing) -> None:
    """Compare the version after each notification, and regularly without one. Raises `psycopg.Error`."""
    connection.execute(f"LISTEN {CHANNEL}")
    while not _stopping.is_set():
        snapshot = current.renew(connection)
        report.write(connection, snapshot.version, every=REPORT_SECONDS)
        writing.write(connection, every=WRITE_SECONDS)
        for _ in connection.notifies(timeout=COMPARE_SECONDS, stop_after=1):
            pass
    report.remove(connection)
    writing.write(connection)


def _after_fork() -> None:
    """A fork has no thread; what it inherits of the parent's must not be waited for."""
    global _starting, _stopping, _thread
    _starting, _stopping, _thread = threading.Lock(), threading.Event(), None


os.register_at_fork(after_in_child=_after_fork)
