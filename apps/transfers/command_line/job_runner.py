"""Runs a job to its end in this process, with its progress on a terminal."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, InterfaceError, OperationalError, connection

from apps.transfers.models import ExportRun, ImportRun, UndoRun

type AnyRun = ImportRun | UndoRun | ExportRun

_POLL_SECONDS = 0.5
_DOING = {
    "uploaded": "reading the file",
    "matched": "checking each cell",
    "staged": "planning",
    "confirmed": "starting",
    "applying": "applying",
    "undoing": "undoing",
    "queued": "starting",
    "writing": "writing the file",
}


def run_to_end(job: AnyRun, advance: Callable[[Any], Any]) -> Any:
    """Do the worker's part here until the job needs a person or has ended; return the job.

    If another process has the job, wait for that process; if it dies, take over. If the database
    restarts, continue. Raises OperationalError if it stays away.
    """
    while True:
        try:
            advance(job.pk)
        except (OperationalError, InterfaceError):
            connection.close()
            # This waits for a database that is starting.
            connection.ensure_connection()
            continue
        job = type(job)._default_manager.get(pk=job.pk)
        if job.state not in job.WORK_STATES:
            return job
        time.sleep(_POLL_SECONDS)


def release_job(job: AnyRun) -> None:
    """Release what an interrupted process still claims, so that the job can be ended at once."""
    type(job).release_of_this_process(job.pk)


@contextmanager
def progress(job: AnyRun, noun: str) -> Iterator[None]:
    """Show the job's progress, only on a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_show, args=(job, noun, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=2)


def _show(job: AnyRun, noun: str, stop: threading.Event) -> None:
    started = time.monotonic()
    try:
        while not stop.wait(_POLL_SECONDS):
            try:
                fresh: Any = type(job)._default_manager.get(pk=job.pk)
            except Error:
                connection.close()
                continue
            line = (
                f"{noun} {fresh.pk}: {_state_in_words(fresh)} ({time.monotonic() - started:,.0f} s)"
            )
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
        connection.close()


def _state_in_words(job: AnyRun) -> str:
    doing = _DOING.get(job.state, job.get_state_display().lower())
    if not isinstance(job, ExportRun) and job.state in ("applying", "undoing"):
        return f"{doing}, {job.rows_done:,} of {job.rows_to_do:,} rows"
    rows = 0 if isinstance(job, UndoRun) else job.rows
    return f"{doing}, {rows:,} rows" if rows else doing
