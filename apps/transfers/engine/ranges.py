"""Ranges of the plan, as SQL conditions: the rows that a chunk, a sample, or an undo is about."""

import json
from collections.abc import Iterable

from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.engine.sql import one_of
from apps.transfers.models import ImportRun

# Rows with this added to their number are applied after all others.
LATE = 1_000_000_000
KEPT = "kept"
# Above every number: where an undo begins.
TOP = 2 * LATE


def order_of(run: ImportRun) -> str:
    """Return the plan's column in whose order the run is applied: its rows may have a place of their own."""
    return "seq" if run.plan_facts.get("late") else "number"


def is_again(run: ImportRun) -> bool:
    """Whether an undo of the run would go through the rows again that an earlier one kept."""
    return run.is_undone


def problems_by_row(why: dict[int, str], code: str) -> Composable:
    """SQL of a table (number, problems) that says of each row, as the plan keeps it, why it was left alone."""
    problems = {
        number: [{"code": code, "column": "", "message": message, "value": "", "suggestion": ""}]
        for number, message in why.items()
    }
    return SQL("(SELECT key::int AS number, value AS problems FROM jsonb_each({}::jsonb))").format(
        Literal(json.dumps(problems))
    )


class Range:
    """Rows of the plan with `low < order <= high` that are to be written, but for those in `without`."""

    def __init__(self, order: str, low: int, high: int, without: Iterable[int] = ()) -> None:
        self.order = order
        self._low, self._high = low, high
        self._without = list(without)

    def where(self, alias: str = "p") -> Composable:
        return SQL(
            "{order} > {low} AND {order} <= {high} AND {row}.verdict IN ('create', 'update') "
            "AND {row}.outcome = '' AND {row}.number <> ALL({without})"
        ).format(
            order=Identifier(alias, self.order),
            low=Literal(self._low),
            high=Literal(self._high),
            row=Identifier(alias),
            without=one_of(self._without),
        )


class Sample(Range):
    """Rows of the plan by their numbers, as far as they are to be written."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self.order = "number"
        self._numbers = list(numbers)

    def where(self, alias: str = "p") -> Composable:
        return SQL(
            "{row}.number = ANY({numbers}) AND {row}.verdict IN ('create', 'update') "
            "AND {row}.outcome = ''"
        ).format(row=Identifier(alias), numbers=one_of(self._numbers))


class UndoRange:
    """Rows of the plan with `low < order < high`, up to the run's checkpoint: those that were applied or,
    with `again`, those that an earlier undo kept."""

    def __init__(
        self, order: str, low: int, high: int, checkpoint: int, *, again: bool = False
    ) -> None:
        self.order = order
        self.again = again
        self._low, self._high, self._checkpoint = low, high, checkpoint

    @property
    def outcome(self) -> str:
        return KEPT if self.again else ""

    def where(self, alias: str = "p") -> Composable:
        return SQL(
            "{order} > {low} AND {order} < {high} AND {order} <= {checkpoint} "
            "AND {row}.verdict IN ('create', 'update') AND {row}.outcome = {outcome}"
        ).format(
            order=Identifier(alias, self.order),
            low=Literal(self._low),
            high=Literal(self._high),
            checkpoint=Literal(self._checkpoint),
            row=Identifier(alias),
            outcome=Literal(self.outcome),
        )
