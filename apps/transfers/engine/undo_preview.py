"""Counts what an undo would do, and lists what it would keep with who changed it since."""

from typing import Any

from apps.transfers.engine import reviving, undo_rules
from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.running import context_of
from apps.transfers.engine.undo_rules import UndoRange
from apps.transfers.engine.undoing import TOP
from apps.transfers.models import ImportRun
from apps.transfers.selectors.plans import plan_rows
from apps.transfers.selectors.undo import UndoPreview

_LISTED = 100


def preview(run: ImportRun, actor: Any) -> UndoPreview:
    context = context_of(run)
    context.actor = actor
    order = "seq" if run.plan_facts.get("late") else "number"
    rows = UndoRange(order, 0, TOP, run.checkpoint)
    kept = undo_rules.kept_by_rules(context, rows)
    removed = reverted = 0
    lines = []
    for info in reversed(context.parts):
        stays = _stays(context, info, rows)
        for number, why in stays.items():
            kept.setdefault(number, why)
        created, updated, back = context.rows(
            f"SELECT count(*) FILTER (WHERE op_{info.name} = 'c' AND number <> ALL(%s)), "
            f"count(*) FILTER (WHERE op_{info.name} = 'u'), "
            f"count(*) FILTER (WHERE {reviving.is_back(info)} AND number <> ALL(%s)) "
            f"FROM {context.tables.plan} p WHERE {rows.where()}",
            [list(kept), list(kept), *rows.params],
        )[0]
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
                "where nobody has changed them since."
            )
        for number, why in undo_rules.kept_changes(context, info, rows).items():
            kept.setdefault(number, why)
    listed = []
    for number in sorted(kept)[:_LISTED]:
        row = plan_rows(run, after=number - 1, limit=1).rows[0]
        listed.append(
            {"number": number, "key": row.key, "why": f"{kept[number]}{_by_whom(context, number)}"}
        )
    return UndoPreview(True, "", removed, reverted, len(kept), lines, listed)


def _stays(context: Context, info: PartInfo, rows: UndoRange) -> dict[int, str]:
    """As in the undo itself, but what the run created does not count as use: it would go first."""
    found = undo_rules.kept_creations(context, info, rows)
    in_use = {number for number, why in found.items() if why == undo_rules.IN_USE}
    if not in_use:
        return found
    used = undo_rules.used_elsewhere(context, info.model, "t", exclude_own=True)
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
