"""What an undo would do, and what it did."""

from dataclasses import dataclass, field
from typing import Any

from apps.core.actors import Actor
from apps.transfers.engine.context import context_of
from apps.transfers.engine.ranges import is_again
from apps.transfers.engine.schema import Tables, exists
from apps.transfers.engine.undo import chain as undo_chain
from apps.transfers.engine.undo import tally as undo_tally
from apps.transfers.engine.undo.preview import changed_last, undo_preview_of
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.selectors.plans import PlanPage, plan_rows, rows_numbered

UNDONE = "This import was already undone."
LISTED = 100


@dataclass
class UndoPreview:
    """`possible` with `why_not` as a sentence; records that are removed and restored, rows that are kept.

    `records` counts them by kind, `lines` says so in sentences ("12 memberships … are removed."); `kept`
    [{"number", "key", "why"}], the first 100. `again`: an earlier undo kept rows, which are tried again.
    """

    possible: bool
    why_not: str
    removed: int
    reverted: int
    kept_count: int
    lines: list[str] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    records: dict[str, dict[str, int]] = field(default_factory=dict)
    again: bool = False


@dataclass
class UndoResult:
    """What one undo of a run did: `records` and `lines` as in the preview."""

    undo: UndoRun
    removed: int
    reverted: int
    kept_count: int
    lines: list[str]
    records: dict[str, dict[str, int]]


def why_not_undo(run: ImportRun) -> str:
    """Return why a run cannot be undone, "" if it can. A run with kept rows can be undone again."""
    has_rows = run.rows_dropped_at is None and exists(Tables(run.pk).plan)
    if run.is_undone:
        return "" if has_rows and has_kept_rows(run) else UNDONE
    if run.state not in run.APPLIED_STATES:
        return "No rows of this import were applied, so there is nothing to undo."
    if not has_rows:
        return "The rows of this import are no longer stored, so it can't be undone."
    if not sum(run.results.get(key, 0) for key in ("created", "updated")):
        return "This import changed nothing, so there is nothing to undo."
    return ""


def has_kept_rows(run: ImportRun) -> bool:
    """Tell whether the undo of the run has kept rows."""
    return bool(plan_rows(run, outcome="kept", limit=1).rows)


def undo_preview(run: ImportRun, actor: Actor = None) -> UndoPreview:
    """Return what an undo by `actor` would do now, decided by the undo's own code."""
    why_not = why_not_undo(run)
    if why_not:
        return UndoPreview(False, why_not, 0, 0, 0)

    preview = undo_preview_of(run, actor)
    tally, why = preview.tally, preview.kept.why
    return UndoPreview(
        possible=True,
        why_not="",
        removed=undo_tally.removed(tally),
        reverted=undo_tally.reverted(tally),
        kept_count=preview.kept_count,
        lines=[
            *undo_tally.sentences(preview.context.resource, tally),
            *undo_chain.sentences(run, actor),
        ],
        kept=_listed(run, sorted(why)[:LISTED], why),
        records=tally,
        again=is_again(run),
    )


def kept_listed(run: ImportRun) -> list[dict[str, Any]]:
    """Return the first rows that an undo kept, as a preview lists them."""
    rows = undo_rows(run, limit=LISTED).rows
    why = {row.number: " ".join(each["message"] for each in row.problems) for row in rows}
    return _listed(run, list(why), why)


def _listed(run: ImportRun, numbers: list[int], why: dict[int, str]) -> list[dict[str, Any]]:
    if not numbers:
        return []
    last = changed_last(context_of(run), numbers)
    return [
        {
            "number": row.number,
            "key": row.key,
            "why": " ".join(filter(None, [why[row.number], last.get(row.number)])),
        }
        for row in rows_numbered(run, numbers)
    ]


def undo_results(run: ImportRun) -> list[UndoResult]:
    """Return what each undo of the run did, newest first."""

    resource = context_of(run).resource
    found = []
    for undo in run.undo_runs.select_related("user", "real_user").order_by("-id")[:10]:
        records = undo.results.get("records", {})
        found.append(
            UndoResult(
                undo=undo,
                removed=undo.results.get("removed", 0),
                reverted=undo.results.get("reverted", 0),
                kept_count=undo.results.get("kept", 0),
                lines=undo_tally.sentences(resource, records, done=True),
                records=records,
            )
        )
    return found


def undo_rows(run: ImportRun, *, after: int = 0, limit: int = 50) -> PlanPage:
    """Return rows that were kept by the last undo, with the reason as a problem."""
    return plan_rows(run, outcome="kept", after=after, limit=limit)
