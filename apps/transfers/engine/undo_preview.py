"""Counts what an undo would do, and lists what it would keep with who changed it since."""

from typing import Any

from apps.transfers.engine import reviving, undo_made, undo_rules
from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.running import context_of
from apps.transfers.engine.undo_rules import Kept, UndoRange
from apps.transfers.engine.undo_values import fields_back, used_elsewhere
from apps.transfers.engine.undoing import TOP
from apps.transfers.models import ImportRun
from apps.transfers.selectors.plans import plan_rows
from apps.transfers.selectors.undo import UndoPreview

_LISTED = 100


def preview(run: ImportRun, actor: Any) -> UndoPreview:
    context = context_of(run)
    context.actor = actor
    order = "seq" if run.plan_facts.get("late") else "number"
    stopped = undo_rules.stopped_undo(run)
    rows = UndoRange(order, 0, stopped.checkpoint if stopped else TOP, run.checkpoint)
    kept = undo_rules.kept_by_rules(context, rows)
    removed = reverted = 0
    lines = []
    for info in reversed(context.parts):
        for number, why in _stays(context, info, rows).items():
            kept.add(number, why)
        created, updated, back = _counts(context, info, rows, kept)
        removed, reverted = removed + created, reverted + updated
        if created:
            how = (
                "deactivated"
                if info.part.undo
                else "moved to the trash"
                if info.soft_delete
                else "removed"
            )
            what = reviving.people(info, created)
            lines.append(f"{created:,} {what} created by the import {_is(created)} {how}.")
        if back:
            what = reviving.people(info, back)
            lines.append(
                f"{back:,} {what} whom the import brought back {_is(back)} deactivated again."
            )
        if updated:
            lines.append(
                f"{updated:,} {reviving.people(info, updated)} {_is(updated)} set back, field by field, "
                f"where nobody has changed {'it' if updated == 1 else 'them'} since."
            )
        for number, why in undo_rules.kept_changes(context, info, rows).items():
            kept.add(number, why)
    for made in undo_made.of(context):
        undo_made.add_kept(context, made, rows, kept, exclude_own=True)
    listed = []
    for number in kept.numbers[:_LISTED]:
        row = plan_rows(run, after=number - 1, limit=1).rows[0]
        listed.append(
            {
                "number": number,
                "key": row.key,
                "why": f"{kept.why[number]}{_by_whom(context, number)}",
            }
        )
    return UndoPreview(True, "", removed, reverted, len(kept.why), lines, listed)


def _counts(context: Context, info: PartInfo, rows: UndoRange, kept: Kept) -> tuple[int, int, int]:
    """Return the part's records that go, that are set back, and that are set aside again."""
    goes_back = [reviving.still_back(info)]
    for back in fields_back(context, info):
        stays = [each for each in (back.taken, kept.field_stays(info, back.field.source)) if each]
        goes_back.append(" AND NOT ".join([back.is_mine, *stays]))
    is_back = reviving.is_back(info)
    counted = context.rows(
        f"SELECT count(*) FILTER (WHERE p.op_{info.name} = 'c' AND p.number <> ALL(%s)), "
        f"count(*) FILTER (WHERE p.op_{info.name} = 'u' AND ({' OR '.join(goes_back)})), "
        f"count(*) FILTER (WHERE {is_back} AND p.number <> ALL(%s)) "
        f"FROM {context.tables.plan} p JOIN {info.table} t ON t.id = p.id_{info.name}"
        f"{info.alive('t')} WHERE {rows.where()}",
        [kept.numbers, kept.numbers, *rows.params],
    )[0]
    return counted[0], counted[1], counted[2]


def _stays(context: Context, info: PartInfo, rows: UndoRange) -> dict[int, str]:
    """As in the undo itself, but what the run created does not count as use: it would go first."""
    found = undo_rules.kept_creations(context, info, rows)
    in_use = {number for number, why in found.items() if why == undo_rules.IN_USE}
    if not in_use:
        return found
    used = used_elsewhere(context, info.model, "t", exclude_own=True)
    still = {
        number
        for (number,) in context.rows(
            f"SELECT p.number FROM {context.tables.plan} p JOIN {info.table} t "
            f"ON t.id = p.id_{info.name} WHERE p.number = ANY(%s) AND ({used})",
            [list(in_use)],
        )
    }
    return {n: why for n, why in found.items() if n not in in_use or n in still}


def _by_whom(context: Context, number: int) -> str:
    """Return who changed the row's records last, from their history."""
    for info in reversed(context.parts):
        record = context.rows(
            f"SELECT id_{info.name} FROM {context.tables.plan} "
            f"WHERE number = %s AND op_{info.name} IS NOT NULL",
            [number],
        )
        history: Any = getattr(info.model, "history", None)
        if not record or history is None:
            continue
        last = history.filter(id=record[0][0]).order_by("-history_id").first()
        if last is not None and last.history_date > context.run.confirmed_at:
            who = last.history_user
            return f" Last by {who or 'the system'}, {last.history_date:%Y-%m-%d %H:%M}."
    return ""


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
