"""One step of an undo: takes a range of rows back, inside the caller's transaction."""

from dataclasses import dataclass, field
from typing import Any

from apps.transfers.engine.apply import writing
from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.ranges import UndoRange
from apps.transfers.engine.resolve import reactivation
from apps.transfers.engine.tables import has_trash
from apps.transfers.engine.undo import rules as undo_rules
from apps.transfers.engine.undo import tally as undo_tally
from apps.transfers.engine.undo.made_records import Made, add_kept
from apps.transfers.engine.undo.rules import Kept
from apps.transfers.engine.undo.tally import AGAIN, RESTORED, Tally
from apps.transfers.engine.undo.values import fields_back


@dataclass(frozen=True)
class Trash:
    """Who moves records to the trash, and the act that they go there by."""

    user_id: Any
    trash_id: Any


@dataclass
class Step:
    """What a step did: rows gone through, records by kind, rows that were kept."""

    rows: int = 0
    tally: Tally = field(default_factory=dict)
    kept: int = 0


def count(context: Context, rows: UndoRange) -> int:
    return int(
        context.rows(
            f"SELECT count(*) FROM {context.tables.plan} p WHERE {rows.where()}", rows.params
        )[0][0]
    )


def take_back(context: Context, rows: UndoRange, trash: Trash) -> Step:
    lock(context, rows)
    kept = undo_rules.decide(context, rows)
    done = Step(rows=count(context, rows), kept=len(kept.why))
    for info in reversed(context.parts):
        if context.has_planned(info, "create"):
            removed = _remove(context, info, rows, kept, trash)
            undo_tally.add(done.tally, info.name, {undo_tally.fate(info): removed})
        if context.has_planned(info, "update"):
            undo_tally.add(done.tally, info.name, _revert(context, info, rows, kept))
    context.execute("SET CONSTRAINTS ALL IMMEDIATE")
    context.execute("SET CONSTRAINTS ALL DEFERRED")
    undo_rules.mark_freed(context, rows, kept)
    undo_rules.mark_kept(context, kept.why)
    return done


def lock(context: Context, rows: UndoRange) -> None:
    context.execute("SELECT pg_advisory_xact_lock(%s)", [writing.LOCK])
    for info in context.parts:
        context.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {info.table} t WHERE t.id IN "
            f"(SELECT p.id_{info.name} FROM {context.tables.plan} p WHERE {rows.where()} "
            f"AND p.op_{info.name} IS NOT NULL) ORDER BY t.id FOR UPDATE OF t) locked",
            rows.params,
        )


def take_made_back(context: Context, made: Made, trash: Trash) -> Step:
    """Take away the related records that the run created, when its rows are done with."""
    context.execute("SELECT pg_advisory_xact_lock(%s)", [writing.LOCK])
    going = made.to_remove()
    removed = _take_away(context, made.model, made.table, "t.id = ANY(%s)", [going], trash)
    kept = Kept()
    add_kept(context, made, kept)
    done = Step(kept=undo_rules.mark_kept(context, kept.why))
    undo_tally.add(done.tally, made.key, {undo_tally.made_fate(made.model): removed})
    return done


def _remove(context: Context, info: PartInfo, rows: UndoRange, kept: Kept, trash: Trash) -> int:
    condition = (
        f"t.id IN (SELECT p.id_{info.name} FROM {context.tables.plan} p "
        f"WHERE {rows.where()} AND p.op_{info.name} = 'c' AND p.number <> ALL(%s))"
        f"{info.alive('t')}"
    )
    params = [*rows.params, kept.staying[info.name]]
    if info.part.undo:
        sets = ", ".join(f"{name} = {literal}" for name, literal in info.part.undo.items())
        return context.execute(f"UPDATE {info.table} t SET {sets} WHERE {condition}", params)
    return _take_away(context, info.model, info.table, condition, params, trash)


def _revert(context: Context, info: PartInfo, rows: UndoRange, kept: Kept) -> dict[str, int]:
    """Put back each field that still has what the run wrote."""
    sets = []
    for back in fields_back(context, info):
        goes, column = back.is_mine, back.field.column
        for stays in (back.taken, kept.field_stays(info, back.field.source)):
            if stays:
                goes += f" AND NOT {stays}"
        sets.append(f"{column} = CASE WHEN {goes} THEN {back.before} ELSE t.{column} END")
    again = reactivation.undo_sets(info)
    goes_back, params = f"({undo_tally.restored_sql(context, info, kept)})", []
    if again:
        goes_back += f" OR ({reactivation.still_back(info)} AND p.number <> ALL(%s))"
        params = [kept.back[info.name]]
    if not sets + again:
        return {}
    # Of what one statement does, the rows that came back are told apart before.
    told = undo_tally.foreseen(context, info, rows, kept) if again and _brought(context) else {}
    changed = context.execute(
        f"UPDATE {info.table} t SET {', '.join(sets + again)} FROM {context.tables.plan} p "
        f"WHERE {rows.where()} AND p.op_{info.name} = 'u' AND t.id = p.id_{info.name} "
        f"AND ({goes_back}){info.alive('t')}",
        [*(params * len(again)), *rows.params, *params],
    )
    return {each: told[each] for each in (RESTORED, AGAIN)} if told else {RESTORED: changed}


def _brought(context: Context) -> bool:
    """Whether the run brought back anybody that an earlier undo had set aside."""
    keys = {reactivation.change_key(info) for info in context.parts}
    return any(impact["code"] in keys for impact in context.run.impacts)


def _take_away(
    context: Context, model: Any, table: str, condition: str, params: list[Any], trash: Trash
) -> int:
    """Move records to the trash; where their model has none they go for good."""
    if not has_trash(model):
        return context.execute(f"DELETE FROM {table} t WHERE {condition}", params)
    return context.execute(
        f"UPDATE {table} t SET deleted_at = now(), deleted_by_id = %s, trash_id = %s "
        f"WHERE {condition}",
        [trash.user_id, trash.trash_id, *params],
    )
