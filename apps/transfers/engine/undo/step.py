"""One step of an undo: reverts a range of rows inside the caller's transaction."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from psycopg.sql import SQL, Composable, Literal

from apps.transfers.engine.apply import writing
from apps.transfers.engine.context import PartInfo, RunContext
from apps.transfers.engine.ranges import UndoRange
from apps.transfers.engine.resolve import reactivation
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import (
    all_of,
    any_of,
    comma,
    execute,
    has_trash,
    one_of,
    rows,
    table_of,
    value,
)
from apps.transfers.engine.undo import rules as undo_rules
from apps.transfers.engine.undo import tally as undo_tally
from apps.transfers.engine.undo.made_records import CreatedRecords, add_kept
from apps.transfers.engine.undo.rules import Kept
from apps.transfers.engine.undo.tally import AGAIN, RESTORED, Tally
from apps.transfers.engine.undo.values import FieldBack, fields_back

_PLAN = PlanRow("p")


@dataclass(frozen=True)
class Trash:
    """Who moves records to the trash, and the ID of the act."""

    user_id: Any
    trash_id: Any


@dataclass
class Step:
    """The result of a step: processed rows, records by kind, kept rows."""

    rows: int = 0
    tally: Tally = field(default_factory=dict)
    kept: int = 0


def count(context: RunContext, chunk: UndoRange) -> int:
    return int(
        value(SQL("SELECT count(*) FROM {} p WHERE {}").format(context.tables.plan, chunk.where()))
    )


def take_back(context: RunContext, chunk: UndoRange, trash: Trash) -> Step:
    lock(context, chunk)
    kept = undo_rules.decide(context, chunk)
    done = Step(rows=count(context, chunk), kept=len(kept.why))
    for info in reversed(context.parts):
        if context.has_planned(info, "create"):
            removed = _remove(context, info, chunk, kept, trash)
            undo_tally.add(done.tally, info.name, {undo_tally.fate(info): removed})
        if context.has_planned(info, "update"):
            undo_tally.add(done.tally, info.name, _revert(context, info, chunk, kept))
    execute(SQL("SET CONSTRAINTS ALL IMMEDIATE"))
    execute(SQL("SET CONSTRAINTS ALL DEFERRED"))
    undo_rules.mark_freed(context, chunk, kept)
    undo_rules.mark_kept(context, kept.why)
    return done


def lock(context: RunContext, chunk: UndoRange) -> None:
    writing.lock_imports()
    for info in context.parts:
        rows(
            SQL(
                "SELECT count(*) FROM (SELECT 1 FROM {live} t WHERE t.id IN "
                "(SELECT {key} FROM {plan} p WHERE {chunk} AND {writes}) "
                "ORDER BY t.id FOR UPDATE OF t) locked"
            ).format(
                live=info.table,
                key=_PLAN.id(info.name),
                plan=context.tables.plan,
                chunk=chunk.where(),
                writes=_PLAN.writes(info.name),
            )
        )


def take_made_back(context: RunContext, made: CreatedRecords, trash: Trash) -> Step:
    """Remove the related records that the run created, once its rows are done."""
    writing.lock_imports()
    going = SQL("t.id = ANY({}::uuid[])").format(Literal(made.to_remove()))
    removed = _take_away(made.model, going, trash)
    kept = Kept()
    add_kept(context, made, kept)
    done = Step(kept=undo_rules.mark_kept(context, kept.why))
    undo_tally.add(done.tally, made.key, {undo_tally.created_fate(made.model): removed})
    return done


def _remove(context: RunContext, info: PartInfo, chunk: UndoRange, kept: Kept, trash: Trash) -> int:
    condition = SQL(
        "t.id IN (SELECT {key} FROM {plan} p WHERE {chunk} AND {creates} "
        "AND p.number <> ALL({staying})){alive}"
    ).format(
        key=_PLAN.id(info.name),
        plan=context.tables.plan,
        chunk=chunk.where(),
        creates=_PLAN.creates(info.name),
        staying=one_of(kept.staying[info.name]),
        alive=info.alive("t"),
    )
    if info.part.undo:
        sets = comma(
            SQL("{} = {}").format(column, gone) for column, gone, _ in reactivation.states(info)
        )
        return execute(SQL("UPDATE {} t SET {} WHERE {}").format(info.table, sets, condition))
    return _take_away(info.model, condition, trash)


def _revert(context: RunContext, info: PartInfo, chunk: UndoRange, kept: Kept) -> dict[str, int]:
    """Revert each field that still has the run's value."""
    sets = [
        _put_back(back, kept.field_stays(info, back.field.source))
        for back in fields_back(context, info)
    ]
    again = reactivation.undo_assignments(info, kept.back[info.name])
    goes_back = [undo_tally.restored_sql(context, info, kept)]
    if again:
        goes_back.append(
            SQL("({} AND p.number <> ALL({}))").format(
                reactivation.still_back(info), one_of(kept.back[info.name])
            )
        )
    if not sets + again:
        return {}
    # Count reactivated rows before: the statement does not distinguish them.
    described = (
        undo_tally.preview(context, info, chunk, kept) if again and _reactivated(context) else {}
    )
    changed = execute(
        SQL(
            "UPDATE {live} t SET {sets} FROM {plan} p WHERE {chunk} AND {updates} "
            "AND t.id = {key} AND {goes_back}{alive}"
        ).format(
            live=info.table,
            sets=comma(sets + again),
            plan=context.tables.plan,
            chunk=chunk.where(),
            updates=_PLAN.updates(info.name),
            key=_PLAN.id(info.name),
            goes_back=any_of(goes_back),
            alive=info.alive("t"),
        )
    )
    return (
        {each: described[each] for each in (RESTORED, AGAIN)} if described else {RESTORED: changed}
    )


def _put_back(back: FieldBack, stays: Composable | None) -> Composable:
    """SQL of the assignment that reverts a field, unless its former value is taken or it `stays`."""
    goes = [back.is_mine, *(SQL("NOT {}").format(each) for each in (back.taken, stays) if each)]
    return SQL("{column} = CASE WHEN {goes} THEN {before} ELSE {now} END").format(
        column=back.field.column,
        goes=all_of(goes),
        before=back.before,
        now=back.field.of("t"),
    )


def _reactivated(context: RunContext) -> bool:
    """Tell whether the run reactivated people that an earlier undo had deactivated."""
    keys = {reactivation.change_key(info) for info in context.parts}
    return any(impact["code"] in keys for impact in context.run.impacts)


def _take_away(model: type[Model], condition: Composable, trash: Trash) -> int:
    """Move records `t` to the trash; if their model has none, delete them."""
    table = table_of(model)
    if not has_trash(model):
        return execute(SQL("DELETE FROM {} t WHERE {}").format(table, condition))
    return execute(
        SQL(
            "UPDATE {} t SET deleted_at = now(), deleted_by_id = {}, trash_id = {} WHERE {}"
        ).format(table, Literal(trash.user_id), Literal(trash.trash_id), condition)
    )
