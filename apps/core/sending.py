"""The one place that sends messages to the broker.

A message is a hint. The work itself is a row in the database, and a scheduled sweep finds the rows
whose message reached no worker. So a broker that is away, full, or silent costs only time. It must
never fail or delay the request that did the work.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from celery import Task, current_app
from django.db import transaction

logger = logging.getLogger(__name__)

# After a failure, the broker is not asked for this long. Otherwise code that sends a thousand
# messages would wait for a silent broker a thousand times.
PAUSE_SECONDS = 5.0

_paused_until = 0.0


def send_after_commit(task: Task | str, *args: object, swept_by: str) -> None:
    """Send `task` with `args` once the transaction is committed; never raises.

    A module that its own tasks import gives the task's name, which a structural test checks.
    `swept_by` is the name of the scheduled task that finds the same work without the message; a
    structural test checks that it has a schedule.
    """
    name = task if isinstance(task, str) else task.name
    after_commit(lambda: send_now(name, args))


def after_commit(act: Callable[[], object]) -> None:
    """Call `act` once the transaction is committed; an exception is logged and ignored."""

    def guarded() -> None:
        try:
            act()
        except Exception:
            logger.exception("A step after the commit failed.")

    transaction.on_commit(guarded)


def send_now(
    name: str, args: Iterable[object] = (), kwargs: dict[str, Any] | None = None, **options: Any
) -> str | None:
    """Send a message; return its ID, or None if the broker did not accept it. Never raises.

    If the connection broke, the message may have arrived. A sweep may send it again, so what it
    asks for must be safe to do twice.
    """
    global _paused_until
    if time.monotonic() < _paused_until:
        return None
    try:
        sent = current_app.send_task(name, args=list(args), kwargs=kwargs or {}, **options)
    except Exception as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning(
            "The broker did not accept the message %s (%s: %s). A sweep will send it again.",
            name,
            type(error).__name__,
            error,
        )
        return None
    return str(sent.id)


def is_broker_away() -> bool:
    """Return whether this process could not send its last message, a few seconds ago."""
    return time.monotonic() < _paused_until
