"""Turning read-only mode on and off in tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from apps.flags.services import switch_set

WHY = "We move the database"


def turn(active: bool) -> None:
    switch_set(name="read-only", active=active, reason=WHY, actor="system")


@contextmanager
def read_only_mode() -> Iterator[None]:
    turn(True)
    try:
        yield
    finally:
        turn(False)
