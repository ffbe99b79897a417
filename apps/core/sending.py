"""The one place that sends messages to the broker.

A message is a hint. The work itself is a row in the database, and a scheduled sweep finds the rows
whose message reached no worker. So a broker that is away, full, or silent costs only time. It must
never fail or delay the request that did the work.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from typing import Any

from celery import Task, current_app
from django.db import transaction

logger = logging.getLogger(__name__)

# After a failure, the broker is not asked for this long. Otherwise code that sends a thousand
# messages would wait for a silent broker a thousand times.
PAUSE_SECONDS = 5.0

_paused_until = 0.0


def send_after_commit(
    task: Task | str, *args: object, swept_by: str, queue: str | None = None
) -> None:
    """Send `task` with `args` once the transaction is committed; never raises.

    A module that its own tasks stand on gives the task's name, which a structural test looks up.

    `swept_by` is the name of the scheduled task that finds the same work without the message. A structural
    test holds that there is such a schedule. `queue` is only given where it is not the task's own.
    """
    name = task if isinstance(task, str) else task.name
    after_commit(lambda: send_now(name, args, queue=queue))


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

    It goes to the queue in `options`, and otherwise to the one that the task declares.

    Whether the message arrived is not known for certain where the connection broke: it may come, and be sent
    again by a sweep, so that what it asks for must be safe to ask twice.
    """
    global _paused_until
    if time.monotonic() < _paused_until:
        return None
    if not options.get("exchange"):
        options["queue"] = options.get("queue") or queue_of(name)
    options = {key: value for key, value in options.items() if value is not None}
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


def queue_of(name: str) -> str | None:
    """Return the queue that a task declares; None for one that no module of ours has.

    A process that sends a message by its name may not have loaded the task.
    """
    if name not in current_app.tasks:
        with suppress(ImportError, ValueError):
            import_module(name.rpartition(".")[0])
    return getattr(current_app.tasks.get(name), "work_queue", None)


def is_known_queue(name: str) -> bool:
    """Return whether a worker may listen to a queue of this name."""
    return name in current_app.amqp.queues


def listens_to(worker: Any, queue: str) -> bool:
    """Return whether this worker, the sender of `worker_ready`, takes messages from a queue.

    Of several workers only some do at their start what is to be done once.
    """
    return queue in worker.app.amqp.queues.consume_from


def is_broker_away() -> bool:
    """Return whether this process could not send its last message, a few seconds ago."""
    return time.monotonic() < _paused_until
