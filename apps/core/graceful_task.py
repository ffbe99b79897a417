"""Interrupts tasks of a stopping Celery worker, so that the next worker continues them.

Celery's own warm shutdown waits until every task has ended, and an import may take minutes, after
which the process is killed. Here, the task ends at its next safe point (`apps.core.interruption`)
and its message is sent again.
"""

import logging
import mmap
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Task
from celery.exceptions import Ignore
from celery.signals import worker_shutting_down
from django.db import InterfaceError, OperationalError

from apps.core.errors import in_short
from apps.core.interruption import Interrupted, begin_to_end, listening
from apps.core.read_only import ReadOnlyError
from apps.core.sending import send_now

logger = logging.getLogger(__name__)

# How soon a process of the pool notices that its worker is stopping.
_LOOK_SECONDS = 0.2
# One byte that the worker shares with the processes of its pool, which are forked from it.
_stopping = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def note_that_the_worker_stops(**_: object) -> None:
    _stopping[0] = 1


def worker_is_stopping() -> bool:
    return bool(_stopping[0])


class GracefulTask(Task):
    """A task that may be interrupted, and is then sent again under the same ID.

    It must therefore be safe to run again. Steps that must not be cut in two run inside `shielded`.
    """

    abstract = True
    # The queue that its messages go to, see config/queues.py. Celery's own `queue` is on its way out.
    work_queue: str | None = None
    # False for a task that cannot begin again: it is left to its end, or until the process is killed.
    is_interruptible = True
    # A task that ends within this time is not interrupted.
    seconds_to_end = 2.0

    def __call__(self, *args: object, **kwargs: object) -> Any:
        request = self.request
        if request.called_directly or request.is_eager:
            return super().__call__(*args, **kwargs)
        try:
            return self._work(*args, **kwargs)
        except ReadOnlyError as error:
            # What the task left undone, the next sweep does when the mode is off.
            logger.info("%s waits: %s", self.name, error.message)
            raise Ignore from error

    def _work(self, *args: object, **kwargs: object) -> Any:
        request = self.request
        if not self.is_interruptible:
            return super().__call__(*args, **kwargs)
        result = listener = None
        try:
            with (
                listening(in_worker=True) as listener,
                _interrupted_on_shutdown(self.seconds_to_end),
            ):
                result = super().__call__(*args, **kwargs)
        except Interrupted:
            begin_to_end()
            logger.info("%s was interrupted and is sent again.", self.name)
            send_now(
                self.name,
                args,
                kwargs,
                task_id=request.id,
                headers=request.headers,
                retries=request.retries,
                queue=(request.delivery_info or {}).get("routing_key"),
            )
        except (OperationalError, InterfaceError) as error:
            # The database was away for a moment. What the task left undone, the next sweep does.
            logger.warning("%s was ended by the database: %s", self.name, in_short(error))
            raise Ignore from error
        if listener and listener.heard and not worker_is_stopping():
            # Only this process of the pool is stopping, and not the worker.
            os.kill(os.getpid(), listener.heard)
        return result


@contextmanager
def _interrupted_on_shutdown(seconds_to_end: float) -> Iterator[None]:
    """Interrupt the main thread once the worker is stopping and the block has not ended in time."""
    over, deciding, main = threading.Event(), threading.Lock(), threading.main_thread()
    if threading.current_thread() is not main or main.ident is None:
        yield
        return
    thread_id = main.ident

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            if not worker_is_stopping():
                continue
            if over.wait(seconds_to_end):
                return
            with deciding:
                if not over.is_set():
                    signal.pthread_kill(thread_id, signal.SIGTERM)
            return

    threading.Thread(target=watch, name="stop watch", daemon=True).start()
    try:
        yield
    finally:
        with deciding:
            over.set()
