"""Several transactions at the same time, for tests with `django_db(transaction=True)`."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

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
