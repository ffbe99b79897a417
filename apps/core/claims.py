"""A process's claim on a job: renewed from a thread while it works, and always released.

Only a process that has ended loses its claim at once. A live process that could not release its
claim, because the database was away, would block the job until its heartbeat is stale.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_task
from django.db import Error, connection, transaction
from django.db.models.functions import Now

from apps.core.sending import send_now

_TRY_AGAIN_SECONDS = 0.5
# After this time the heartbeat is stale, and the sweep has found the job.
_MOST_SECONDS = 600.0


@contextmanager
def beating(
    job: Any, period: float, *, on_cancel: Callable[[], object] | None = None
) -> Iterator[None]:
    """Renew the heartbeat of `job` every `period` seconds, over a connection of its own.

    `on_cancel` is called once, from the thread of the heartbeat, when somebody has asked the job to stop.
    """
    stop = threading.Event()
    mine = type(job).objects.filter(pk=job.pk, claimed_by=job.claimed_by)

    def beat() -> None:
        ask = on_cancel
        try:
            while not stop.wait(period):
                try:
                    with transaction.atomic():
                        # A transaction that writes a chunk has locked the row, so the job is
                        # alive. Skip this beat.
                        with connection.cursor() as cursor:
                            cursor.execute("SET LOCAL lock_timeout = '500ms'")
                        mine.update(heartbeat_at=Now())
                    if ask and mine.filter(cancel_requested_at__isnull=False).exists():
                        ask()
                        ask = None
                except Error:
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat of {job}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def release_job(job: Any, **changes: Any) -> None:
    """Release this process's claim on `job`, and write `changes` with it. Never raises.

    If the database is away, a thread keeps trying. It then sends the job's message again, because a
    worker that received it in the meantime found the job claimed and dropped it.
    """
    if not job.claimed_by or _is_given_back(job, changes):
        return
    message = _message()

    def later() -> None:
        until = time.monotonic() + _MOST_SECONDS
        try:
            while time.monotonic() < until:
                time.sleep(_TRY_AGAIN_SECONDS)
                if _is_given_back(job, changes):
                    if message:
                        send_now(*message)
                    return
        finally:
            connection.close()

    threading.Thread(target=later, name=f"giving back {job}", daemon=True).start()


def _is_given_back(job: Any, changes: dict[str, Any]) -> bool:
    mine = type(job).objects.filter(pk=job.pk, claimed_by=job.claimed_by)
    try:
        mine.update(claimed_by="", heartbeat_at=None, **changes)
    except Error:
        connection.close()
        return False
    return True


def _message() -> tuple[str, list[Any]] | None:
    """Return the message that this worker is processing; nothing in a command."""
    if not current_task or current_task.request.called_directly or current_task.request.is_eager:
        return None
    return current_task.name, list(current_task.request.args or [])
