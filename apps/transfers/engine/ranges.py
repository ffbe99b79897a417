"""Ranges of the plan, as SQL conditions with their parameters: what a chunk, a sample, or an undo is about."""

from typing import Any

from apps.transfers.models import ImportRun

# Rows with this added to their number are applied after all others.
LATE = 1_000_000_000
KEPT = "kept"
# Above every number: where an undo begins.
TOP = 2 * LATE


def order_of(run: ImportRun) -> str:
    """Return the plan's column in whose order the run is applied: rows that come late have a number of their own."""
    return "seq" if run.plan_facts.get("late") else "number"


def is_again(run: ImportRun) -> bool:
    """Whether an undo of the run would go through the rows again that an earlier one kept."""
    return bool(run.state == ImportRun.State.UNDONE)


class Range:
    """Rows of the plan with `low < order <= high`, but for those in `without`."""

    def __init__(self, order: str, low: int, high: int, without: list[int]) -> None:
        self.params: list[Any] = [low, high, without]
        self.order = order

    def where(self, alias: str = "p") -> str:
        return (
            f"{alias}.{self.order} > %s AND {alias}.{self.order} <= %s "
            f"AND {alias}.verdict IN ('create', 'update') AND {alias}.outcome = '' "
            f"AND {alias}.number <> ALL(%s)"
        )


class Sample(Range):
    """Rows of the plan by their numbers, as far as they are to be written."""

    def __init__(self, numbers: list[int]) -> None:
        self.params = [numbers]
        self.order = "number"

    def where(self, alias: str = "p") -> str:
        return (
            f"{alias}.number = ANY(%s) AND {alias}.verdict IN ('create', 'update') "
            f"AND {alias}.outcome = ''"
        )


class UndoRange:
    """Rows of the plan with `low < order < high`, up to the run's checkpoint: those that were applied or,
    with `again`, those that an earlier undo kept."""

    def __init__(
        self, order: str, low: int, high: int, checkpoint: int, *, again: bool = False
    ) -> None:
        self.order = order
        self.again = again
        self.params: list[Any] = [low, high, checkpoint]

    @property
    def outcome(self) -> str:
        return KEPT if self.again else ""

    def where(self, alias: str = "p") -> str:
        return (
            f"{alias}.{self.order} > %s AND {alias}.{self.order} < %s AND {alias}.{self.order} <= %s "
            f"AND {alias}.verdict IN ('create', 'update') AND {alias}.outcome = '{self.outcome}'"
        )
