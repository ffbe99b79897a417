"""Sending messages to the workers: the one place from which a message goes to the broker.

A message is a hint. The work itself is a row in the database, and a scheduled sweep finds the rows that no
message has led a worker to. So a broker that is away, full or silent costs time and nothing else, and it must
never fail, or hold up, the request that did the work.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from celery import Task, current_app
from django.db import transaction

logger = logging.getLogger(__name__)

# After a failure the broker is left alone for this long: what sends a thousand messages would otherwise wait
# for a silent broker a thousand times.
PAUSE_SECONDS = 5.0

_paused_until = 0.0


def send_after_commit(task: Task | str, *args: object, swept_by: str) -> None:
    """Send `task` with `args` once the transaction is committed; never raises.

    A module that its own tasks stand on gives the task's name, which a structural test looks up.

    `swept_by` is the name of the scheduled task that finds the same work without the message. A structural
    test holds that there is such a schedule.
    """
    name = task if isinstance(task, str) else task.name
    after_commit(lambda: send_now(name, args))


def after_commit(act: Callable[[], object]) -> None:
    """Call `act` once the transaction is committed; what it raises is logged and fails nothing."""

    def guarded() -> None:
        try:
            act()
        except Exception:
            logger.exception("What follows a commit failed.")

    transaction.on_commit(guarded)


def send_now(
    name: str, args: Iterable[object] = (), kwargs: dict[str, Any] | None = None, **options: Any
) -> str | None:
    """Send a message; return its ID, or None where the broker did not take it. Never raises.

    Whether the message arrived is not known for certain where the connection broke: it may come, and be sent
    again by a sweep, so that what it asks for must be safe to ask twice.
    """
    global _paused_until
    if time.monotonic() < _paused_until:
        return None
    try:
        sent = current_app.send_task(name, args=list(args), kwargs=kwargs or {}, **options)
    except Exception as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning(
            "The broker did not take the message %s (%s: %s). A sweep will do the work.",
            name,
            type(error).__name__,
            error,
        )
        return None
    return str(sent.id)


def is_broker_away() -> bool:
    """Return whether the last message of this process could not be sent, a few seconds ago."""
    return time.monotonic() < _paused_until
