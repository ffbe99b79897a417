"""What an undo would do, and what it did."""

from dataclasses import dataclass, field
from typing import Any

from apps.transfers.engine.tables import Tables, exists
from apps.transfers.models import ImportRun
from apps.transfers.selectors.plans import PlanPage, plan_rows


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
    kept: list[dict[str, Any]] = field(default_factory=list)


def why_not_undo(run: ImportRun) -> str:
    """Return why a run cannot be undone, "" where it can."""
    if run.state == run.State.UNDONE:
        return "The run was undone already."
    if run.state not in run.APPLIED_STATES:
        return f"The run is {run.get_state_display().lower()}: there is nothing to undo."
    if run.rows_dropped_at is not None or not exists(Tables(run.pk).plan):
        return "The rows of this run are not kept any more, so it cannot be undone."
    if not sum(run.results.get(key, 0) for key in ("created", "updated")):
        return "The run changed nothing: there is nothing to undo."
    return ""


def undo_preview(run: ImportRun, actor: Any = None) -> UndoPreview:
    """Return what an undo by `actor` would do now; counted with the very conditions that it works by."""
    why_not = why_not_undo(run)
    if why_not:
        return UndoPreview(False, why_not, 0, 0, 0)
    from apps.transfers.engine.undo_preview import preview

    return preview(run, actor)


def undo_rows(run: ImportRun, *, after: int = 0, limit: int = 50) -> PlanPage:
    """Return rows that were kept by the last undo, with the reason as a problem."""
    return plan_rows(run, outcome="kept", after=after, limit=limit)
