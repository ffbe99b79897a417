"""What an undo would do, and what it did."""

from dataclasses import dataclass, field

from apps.transfers.models import ImportRun
from apps.transfers.selectors.plans import PlanPage


@dataclass
class UndoPreview:
    """`possible` with `why_not` as a sentence; records that go, go back, and are kept.

    `lines` are sentences ("12 seats are removed"); `kept` [{"number", "key", "why"}], the first 100.
    """

    possible: bool
    why_not: str
    removed: int
    reverted: int
    kept_count: int
    lines: list[str] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)


def undo_preview(run: ImportRun) -> UndoPreview:
    raise NotImplementedError


def undo_rows(run: ImportRun, *, after: int = 0, limit: int = 50) -> PlanPage:
    """Return rows that were kept by the last undo, with the reason as a problem."""
    raise NotImplementedError
