"""Runs that were undone before and kept rows because another import held them.

If two imports are undone in the wrong order, the earlier one first, its rows are kept. When
the later one is undone, what held them goes, and the record would be left with a value of the earlier
import, which is undone as well. So its kept rows are tried again at once.
"""

from typing import Any

from psycopg.sql import SQL, Literal

from apps.audit.context import real_actor_id
from apps.core.actors import Actor
from apps.transfers.engine.context import RunContext, context_of
from apps.transfers.engine.ranges import KEPT
from apps.transfers.engine.schema import PlanRow, Tables, exists
from apps.transfers.engine.sql import value
from apps.transfers.engine.undo.preview import undo_preview_of
from apps.transfers.models import ImportRun, UndoRun


def kept_rows(run: ImportRun) -> int:
    """Return how many rows an undo of the run has kept."""
    kept = SQL("SELECT count(*) FROM {} WHERE outcome = {}")
    return int(value(kept.format(Tables(run.pk).plan, Literal(KEPT))))


def held_by(run: ImportRun, actor: Actor) -> list[tuple[RunContext, int]]:
    """Return the undone runs in scope that kept rows about records of this run, newest first, with
    the number of rows.
    """
    runs: Any = ImportRun.objects
    undone = (runs.all() if actor is None else runs.for_staff(actor)).filter(
        state=ImportRun.State.UNDONE_IN_PART, rows_dropped_at=None
    )
    context, found = context_of(run), []
    for other in undone.exclude(pk=run.pk).order_by("-confirmed_at"):
        theirs = context_of(other)
        if exists(theirs.tables.plan) and (number := _shared(context, theirs)):
            found.append((theirs, number))
    return found


def _shared(context: RunContext, theirs: RunContext) -> int:
    """Count the kept rows of another run about records of this run."""
    mine, their = PlanRow("p"), PlanRow("k")
    same = [
        SQL("{} = {}").format(mine.id(info.name), their.id(other.name))
        for other in theirs.parts
        for info in context.parts
        if other.model is info.model
    ]
    same += [
        SQL("{} = {}").format(mine.related(other), their.related(name))
        for name in theirs.matching.create_missing
        for other in context.relations
        if name in theirs.relations and _model(theirs, name) == _model(context, other)
    ]
    if not same:
        return 0
    # One join for each way, because PostgreSQL can hash these.
    found = SQL(" UNION ").join(
        SQL(
            "SELECT k.number FROM {} k JOIN {} p ON {} "
            "WHERE k.outcome = {} AND p.verdict IN ('create', 'update')"
        ).format(theirs.tables.plan, context.tables.plan, each, Literal(KEPT))
        for each in same
    )
    return int(value(SQL("SELECT count(*) FROM ({}) x").format(found)))


def _model(context: RunContext, name: str) -> str:
    relation = context.columns[name].relation
    return relation.model if relation else ""


def follow_ups(undo: UndoRun) -> list[UndoRun]:
    """Start undoing again what this undo has freed; the caller holds the undo and processes them."""
    if not (undo.results.get("removed") or undo.results.get("reverted")):
        return []
    begun = []
    for context, _ in held_by(undo.run, undo.user):
        run = context.run
        if run.undo_runs.filter(state__in=UndoRun.WORK_STATES).exists():
            continue
        if undo_preview_of(run, undo.user).kept_count < kept_rows(run):
            begun.append(
                UndoRun.objects.create(
                    run=run,
                    user=undo.user,
                    real_user_id=undo.real_user_id or real_actor_id(),
                    reason=f"Continued after the undo of run {undo.run_id}",
                    rows_to_do=kept_rows(run),
                )
            )
    return begun


def sentences(run: ImportRun, actor: Actor) -> list[str]:
    """Return sentences for a preview about the rows of other runs that are retried."""
    return [
        f"Run {context.run.pk} ({context.run.upload.name}) was undone earlier and kept {number:,} "
        f"row{'' if number == 1 else 's'} of these records; "
        f"{'it is' if number == 1 else 'they are'} "
        "tried again afterward."
        for context, number in held_by(run, actor)
    ]
