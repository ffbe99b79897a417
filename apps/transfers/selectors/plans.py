"""The plan of a run: every row, filtered, searched and paged by key; and what it adds up to."""

from dataclasses import dataclass, field
from typing import Any

from apps.transfers.models import ImportRun

# Words for `verdict` as planned, and for `outcome` as it came.
VERDICTS = ("create", "update", "unchanged", "refused", "duplicate", "skipped")
OUTCOMES = ("applied", "drifted", "refused", "undone", "kept", "")


@dataclass
class PlanRow:
    """One row of the file. `number` is the sheet's own.

    `values` are the cleaned values by dataset column, `changes` for updates and creations
    {column: (before, after)}, `problems` [{"column", "value", "code", "message", "suggestion"}].
    """

    number: int
    key: str
    verdict: str
    outcome: str
    values: dict[str, str | None]
    changes: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)


@dataclass
class PlanPage:
    """`next_after` is the `after` of the next page, None on the last one."""

    rows: list[PlanRow]
    next_after: int | None


@dataclass
class Cause:
    """Rows with one verdict for one reason: "E-mail is missing", 85 rows. `code` filters by it; for
    updates it names a changed column."""

    verdict: str
    code: str
    label: str
    rows: int


@dataclass
class ImpactLine:
    """One sentence of the blast radius, with the number to type where there is one."""

    code: str
    sentence: str
    number: int
    must_type: bool
    needs_second_person: bool


@dataclass
class Progress:
    """For the page that watches. `percent` 0 to 100 or None where it cannot be known;
    `rows_per_second` and `seconds_left` None before the first chunk."""

    state: str
    state_label: str
    phase: str
    rows_done: int
    rows_total: int
    percent: float | None
    rows_per_second: float | None
    seconds_left: float | None
    counts: dict[str, int]
    results: dict[str, int]
    error: str
    has_ended: bool
    is_waiting: bool


def plan_rows(
    run: ImportRun,
    *,
    verdict: str = "",
    cause: str = "",
    outcome: str = "",
    search: str = "",
    after: int = 0,
    limit: int = 50,
) -> PlanPage:
    """Return the rows with a number above `after`. `search` is the beginning of a key, or a number."""
    raise NotImplementedError


def plan_causes(run: ImportRun) -> list[Cause]:
    """Return the totals by verdict and cause, most rows first; bounded, whatever the file."""
    raise NotImplementedError


def plan_impacts(run: ImportRun, user: Any = None) -> list[ImpactLine]:
    """Return the blast radius, worst first."""
    raise NotImplementedError


def run_progress(run: ImportRun) -> Progress:
    raise NotImplementedError
