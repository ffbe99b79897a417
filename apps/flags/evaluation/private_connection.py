"""A database connection beside Django's: it sees what is committed, whatever transaction the process is in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections

# A server that is silent for this long counts as away.
PATIENCE_SECONDS = 2.0


class PrivateConnection(psycopg.Connection[Any]):
    """No statement of it waits for longer than `PATIENCE_SECONDS`."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        return super().wait(gen, interval, timeout or PATIENCE_SECONDS)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self.execute(statement).fetchall()


@contextmanager
def private_connection() -> Iterator[PrivateConnection]:
    """Connect with the parameters of Django's default database. Raises `psycopg.Error`."""
    parameters = connections["default"].get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    parameters["connect_timeout"] = 2
    connection = PrivateConnection.connect(**parameters, autocommit=True)
    try:
        yield connection
    finally:
        connection.close()
