"""Ranges of the plan as SQL conditions: the rows of a chunk, a sample, or an undo."""

import json
from collections.abc import Iterable

from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.engine.sql import one_of
from apps.transfers.models import ImportRun

# Rows that are applied last have this added to their number.
LATE = 1_000_000_000
KEPT = "kept"
# Larger than every number: where an undo starts.
TOP = 2 * LATE


def order_of(run: ImportRun) -> str:
    """Return the plan's column by which the run is applied: its rows may have their own order."""
    return "seq" if run.plan_facts.get("late") else "number"


def is_again(run: ImportRun) -> bool:
    """Tell whether an undo would retry the rows that an earlier one kept."""
    return run.is_undone


def problems_by_row(why: dict[int, str], code: str) -> Composable:
    """SQL of a table (number, problems) with the reasons why rows were skipped."""
    problems = {
        number: [{"code": code, "column": "", "message": message, "value": "", "suggestion": ""}]
        for number, message in why.items()
    }
    return SQL("(SELECT key::int AS number, value AS problems FROM jsonb_each({}::jsonb))").format(
        Literal(json.dumps(problems))
    )


class Range:
    """Rows of the plan with `low < order <= high` that will be written, except those in `without`."""

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
    """Rows of the plan by their numbers, if they will be written."""

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
