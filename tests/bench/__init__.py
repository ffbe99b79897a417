"""Benchmarks: `make bench`, or `make bench ONLY=<group>`.

A group is a module of this package with a docstring and a function

    def measure() -> Iterator[Result]

that yields one `Result` per line of the table. It is found by its file's name. A group that needs
the database wraps its work in `with database():`, which makes an empty, migrated one on the project's
server and drops it afterwards, so that the data of `make run` is never touched.

What is compared takes turns in the same run, three rounds or more, and the fastest of each counts: a
machine drifts. A group has one database, which it clears between its figures. The results are printed,
and written to `$VAR_DIR/bench/<group>.json`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One measured figure.

    `against` is what the peer or the floor needed, in the same unit and run. `goal` is the highest
    `ratio` allowed (`value / against`), or the highest `value` where there is no `against`; with
    `at_least`, the lowest.
    """

    name: str
    value: float
    unit: str = "s"
    rows: int | None = None
    against: float | None = None
    goal: float | None = None
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        return self.value / self.against if self.against else None

    @property
    def ok(self) -> bool | None:
        """Whether the goal is met; None where there is no goal."""
        if self.goal is None:
            return None
        measured = self.value if self.ratio is None else self.ratio
        return measured >= self.goal if self.at_least else measured <= self.goal


@contextmanager
def database(keep: str = "") -> Iterator[str]:
    """Lend a migrated database of its own on the project's server, and say its name.

    It is empty, and dropped afterwards. With `keep`, it is the one of that name, and stays.
    """
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    from config.entry import enter

    enter()
    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    # Not the one of a suite that may run at the same time.
    name = keep or f"bench_{connection.settings_dict['NAME']}"
    connection.settings_dict["TEST"]["NAME"] = name
    lent = setup_databases(
        verbosity=0,
        interactive=False,
        aliases=["default"],
        serialized_aliases=[],
        keepdb=bool(keep),
    )
    try:
        yield name
    finally:
        teardown_databases(lent, verbosity=0, keepdb=bool(keep))
