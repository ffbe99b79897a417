"""Several transactions at the same time, for tests with `django_db(transaction=True)`."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from django.db import IntegrityError, connection, transaction

from apps.core.errors import DomainError


def at_once(actions: list[Callable[[], object]], *, inside_transaction: bool = False) -> list[str]:
    """Run each action in a thread and a connection of its own, begun together; name how each ended.

    With `inside_transaction` all have acted before the first commits.
    """
    together = Barrier(len(actions), timeout=20)

    def run(action: Callable[[], object]) -> str:
        try:
            if inside_transaction:
                with transaction.atomic():
                    action()
                    together.wait()
            else:
                together.wait()
                action()
        except (DomainError, IntegrityError) as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def while_uncommitted(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Run `first` and hold its transaction open until `second` is over or waits for a lock of it.

    Each has a thread and a connection of its own; returns what both returned. A `second` that looks at
    what `first` has changed must have waited, or has decided on what is true no longer.
    """
    acted, begun = Event(), Event()
    pid: list[int] = []

    def run_second() -> Any:
        try:
            acted.wait(20)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pid.append(cursor.fetchone()[0])
            begun.set()
            return second()
        finally:
            connection.close()

    def run_first(other: Future[Any]) -> Any:
        try:
            with transaction.atomic():
                done = first()
                acted.set()
                begun.wait(20)
                while not other.done() and not _waits(pid[0]):
                    time.sleep(0.02)
            return done
        finally:
            acted.set()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(run_second)
        return pool.submit(run_first, other).result(60), other.result(60)


def _waits(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])
