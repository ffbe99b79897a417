"""The lists beside stock Unfold and stock Django over the same tables, and at growing sizes.

`ROWS="1000 1000000"` names the sizes, in people; each adds to the one before. Every admin has a process of its
own, with its own templates, and they take turns. `BENCH_KEEP=name` keeps the database under that name.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from config import env
from tests.bench import Result, _list_pages, _seed, database

ROUNDS = 10
OURS, UNFOLD, DJANGO = "admin", "stock_unfold", "stock_django"
LISTS = {
    "members": "organizations/membership",
    "people": "accounts/user",
    "organizations": "organizations/organization",
    "projects": "projects/project",
    "tasks": "projects/task",
}
# Of the time at the first size; statements of a page; milliseconds of one statement; bytes of 100 rows.
GROWTH, STATEMENTS, SLOWEST, BYTES = 1.3, 12, 50, 150_000


def measure() -> Iterator[Result]:
    sizes = [int(rows) for rows in os.environ.get("BENCH_ROWS", "").split()] or [1_000, 20_000]
    at_first: dict[str, Figures] = {}
    with database(keep=os.environ.get("BENCH_KEEP", "")) as name, ExitStack() as processes:
        _list_pages.staff()
        visitors: dict[str, Visitor] = {}
        for rows in sizes:
            _seed.grow(rows)
            _list_pages.limit(rows)
            if not visitors:
                visitors = {
                    variant: processes.enter_context(visitor(variant, name))
                    for variant in (OURS, UNFOLD, DJANGO)
                }
            yield from beside_the_peers(visitors, rows)
            yield from by_size(visitors[OURS], rows, at_first)


@dataclass(frozen=True)
class Figures:
    """What a page took over some rounds: milliseconds, except for statements and bytes."""

    p50: float
    p95: float
    statements: int
    sql: float
    slowest: float
    cpu: float
    bytes: int

    @classmethod
    def of(cls, visits: list[dict[str, Any]]) -> "Figures":
        taken = sorted(visit["ms"] for visit in visits)
        # The least is what the page costs; the rest is what else the machine did.
        return cls(
            statistics.median(taken),
            taken[max(0, round(0.95 * len(taken)) - 1)],
            max(visit["statements"] for visit in visits),
            min(visit["sql"] for visit in visits),
            min(visit["slowest"] for visit in visits),
            min(visit["cpu"] for visit in visits),
            visits[0]["bytes"],
        )


class Visitor:
    """A process that draws the pages of one admin."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def get(self, address: str, email: str = _list_pages.FULL) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([email, address]) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        if found["status"] != 200:
            raise RuntimeError(f"{address} answered {found['status']}")
        return found


@contextmanager
def visitor(variant: str, database_name: str) -> Iterator[Visitor]:
    given = {**env.surroundings(), "BENCH_VARIANT": variant, "BENCH_DATABASE": database_name}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench._visitor"],
        env=given,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    try:
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(f"The process of {variant} did not start.")
        yield Visitor(process)
    finally:
        process.stdin.close()
        process.wait(30)


def beside_the_peers(visitors: dict[str, Visitor], rows: int) -> Iterator[Result]:
    shown = []
    for name, path in LISTS.items():
        visits: dict[str, list[dict[str, Any]]] = {variant: [] for variant in visitors}
        for number in range(ROUNDS + 1):
            for variant, visitor in visitors.items():
                found = visitor.get(f"/{variant}/{path}/")
                if number:  # The first fills caches that live as long as the process.
                    visits[variant].append(found)
        figures = {variant: Figures.of(each) for variant, each in visits.items()}
        shown += [(name, variant, each) for variant, each in figures.items()]
        ours = figures[OURS]
        for peer, goal in ((UNFOLD, 0.5), (DJANGO, 1.0)):
            title = f"{name}, Python beside {peer}"
            yield Result(title, ours.cpu, "ms", rows, against=figures[peer].cpu, goal=goal)
        yield Result(f"{name}, HTML", ours.bytes, "bytes", rows, goal=BYTES)
        yield Result(f"{name}, statements", ours.statements, "", rows, goal=STATEMENTS)
    print_figures(rows, shown)


def print_figures(rows: int, shown: list[tuple[str, str, Figures]]) -> None:
    lines = [
        f"{rows:,} people, 100 rows a page",
        "list            admin         p50 ms  p95 ms  statements  SQL ms  Python ms    bytes",
    ]
    for name, variant, each in shown:
        lines.append(
            f"{name:15} {variant:12} {each.p50:7.1f} {each.p95:7.1f} {each.statements:11} {each.sql:7.1f}"
            f" {each.cpu:10.1f} {each.bytes:8,}"
        )
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


def by_size(ours: Visitor, rows: int, at_first: dict[str, Figures]) -> Iterator[Result]:
    """Compare each page with itself at the first size."""
    for name, address, email in _list_pages.pages(rows):
        visits = [ours.get(address, email) for _ in range(4)][1:]
        figures = Figures.of(visits)
        first = at_first.setdefault(name, figures)
        taken = min(visit["ms"] for visit in visits)
        if first is figures:
            _FIRST[name] = taken
            continue
        yield Result(name, taken, "ms", rows, against=_FIRST[name], goal=GROWTH)
        yield Result(f"{name}: statements", figures.statements, "", rows, goal=STATEMENTS)
        yield Result(f"{name}: slowest statement", figures.slowest, "ms", rows, goal=SLOWEST)


_FIRST: dict[str, float] = {}
