"""Counts what an undo would do, and lists what it would keep and who changed it."""

from dataclasses import dataclass
from typing import Any

from psycopg.sql import SQL

from apps.core.actors import Actor
from apps.transfers.change_sources import IMPORT_RUN
from apps.transfers.engine.context import RunContext, context_of
from apps.transfers.engine.ranges import TOP, UndoRange, is_again, order_of
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import one_of, rows
from apps.transfers.engine.undo import made_records as undo_made
from apps.transfers.engine.undo import rules as undo_rules
from apps.transfers.engine.undo import tally as undo_tally
from apps.transfers.engine.undo.rules import Kept
from apps.transfers.engine.undo.tally import Tally
from apps.transfers.engine.undo.values import RecordsToRemove
from apps.transfers.models import ImportRun


@dataclass
class UndoPreview:
    """What an undo would do now: records by kind, and the kept rows with the reasons."""

    context: RunContext
    tally: Tally
    kept: Kept

    @property
    def kept_count(self) -> int:
        return len(self.kept.why)


def undo_preview_of(run: ImportRun, actor: Actor) -> UndoPreview:
    context = context_of(run)
    context.actor = actor
    again = is_again(run)
    stopped = None if again else undo_rules.stopped_undo(run)
    top = stopped.checkpoint if stopped else TOP
    chunk = UndoRange(order_of(run), 0, top, run.checkpoint, again=again)
    kept = undo_rules.decide(context, chunk)
    tally: Tally = {}
    for info in reversed(context.parts):
        undo_tally.add(tally, info.name, undo_tally.preview(context, info, chunk, kept))
    for made in undo_made.created_by_relation(context, RecordsToRemove(chunk, kept.staying)):
        undo_tally.add(tally, made.key, {undo_tally.created_fate(made.model): made.count()})
        undo_made.add_kept(context, made, kept, chunk)
    return UndoPreview(context, tally, kept)


def changed_last(context: RunContext, numbers: list[int]) -> dict[int, str]:
    """Return who last changed the records of these rows, apart from the run and its undo."""
    found: dict[int, str] = {}
    row = PlanRow("")
    for info in reversed(context.parts):
        history: Any = getattr(info.model, "history", None)
        if history is None or context.run.confirmed_at is None:
            continue
        of_row = {
            pk: number
            for number, pk in rows(
                SQL("SELECT number, {} FROM {} WHERE number = ANY({}) AND {}").format(
                    row.id(info.name), context.tables.plan, one_of(numbers), row.writes(info.name)
                )
            )
            if number not in found
        }
        last = (
            history.filter(id__in=list(of_row), history_date__gt=context.run.confirmed_at)
            .exclude(change_set__run_kind=IMPORT_RUN, change_set__run_id=str(context.run.pk))
            .order_by("id", "-history_id")
            .distinct("id")
            .select_related("history_user")
        )
        for each in last:
            who = each.history_user or "the system"
            found[of_row[each.id]] = f"Last by {who}, {each.history_date:%Y-%m-%d %H:%M}."
    return found
