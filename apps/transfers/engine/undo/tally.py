"""Counts of what an undo does, by kind of record, and the sentences that say it.

A tally is {"<part>" or "made:<column>": {what: records}}: what an undo will do in its preview, and what it
did in its result, in the same shape, so that the two can be compared.
"""

from typing import Any

from django.apps import apps

from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.ranges import UndoRange
from apps.transfers.engine.resolve import reactivation
from apps.transfers.engine.tables import has_trash
from apps.transfers.engine.undo.rules import Kept
from apps.transfers.engine.undo.values import fields_back

type Tally = dict[str, dict[str, int]]

# What happens to a record: it goes for good, to the trash, is set aside, gets its values back, or is set
# aside again after an import had brought it back.
REMOVED, TRASHED, DEACTIVATED = "removed", "trashed", "deactivated"
RESTORED, AGAIN = "restored", "deactivated_again"
_GONE = (REMOVED, TRASHED, DEACTIVATED)


def fate(info: PartInfo) -> str:
    """Return what becomes of a record of the part that the run created."""
    if info.part.undo:
        return DEACTIVATED
    return TRASHED if info.soft_delete else REMOVED


def made_fate(model: Any) -> str:
    return TRASHED if has_trash(model) else REMOVED


def restored_sql(context: Context, info: PartInfo, kept: Kept) -> str:
    """SQL condition over a row `p` and its record `t`: at least one field goes back."""
    goes = []
    for back in fields_back(context, info):
        stays = [each for each in (back.taken, kept.field_stays(info, back.field.source)) if each]
        goes.append("(" + " AND NOT ".join([back.is_mine, *stays]) + ")")
    return " OR ".join(goes) or "false"


def foreseen(context: Context, info: PartInfo, rows: UndoRange, kept: Kept) -> dict[str, int]:
    """Count what an undo of the range does to the records of a part."""
    created, restored, again = context.rows(
        f"SELECT count(*) FILTER (WHERE p.op_{info.name} = 'c' AND p.number <> ALL(%s)), "
        f"count(*) FILTER (WHERE p.op_{info.name} = 'u' AND ({restored_sql(context, info, kept)})), "
        f"count(*) FILTER (WHERE p.op_{info.name} = 'u' AND {reactivation.still_back(info)} "
        f"AND p.number <> ALL(%s)) "
        f"FROM {context.tables.plan} p JOIN {info.table} t ON t.id = p.id_{info.name}"
        f"{info.alive('t')} WHERE {rows.where()}",
        [kept.staying[info.name], kept.back[info.name], *rows.params],
    )[0]
    return {fate(info): created, RESTORED: restored, AGAIN: again}


def add(tally: Tally, key: str, counts: dict[str, int]) -> None:
    """Add counts to a tally; what is nothing is left out."""
    for what, number in counts.items():
        if number:
            mine = tally.setdefault(key, {})
            mine[what] = mine.get(what, 0) + number


def total(tally: Tally, *names: str) -> int:
    return sum(counts.get(name, 0) for counts in tally.values() for name in names)


def removed(tally: Tally) -> int:
    return total(tally, *_GONE)


def reverted(tally: Tally) -> int:
    return total(tally, RESTORED, AGAIN)


def sentences(resource: Any, tally: Tally, *, done: bool = False) -> list[str]:
    """Say a tally, kind by kind: "12 seats created by the import are removed."."""
    labels = {part.name: part.label for part in resource.parts()}
    labels |= {
        f"made:{name}": str(apps.get_model(column.relation.model)._meta.verbose_name)
        for name, column in resource.columns().items()
        if column.relation is not None
    }
    return [
        _sentence(labels.get(key, key), what, number, done=done)
        for key, counts in tally.items()
        for what, number in counts.items()
    ]


_SAID = {
    REMOVED: "created by the import {is_} removed.",
    TRASHED: "created by the import {is_} moved to the trash.",
    DEACTIVATED: "created by the import {is_} deactivated.",
    RESTORED: "{is_} restored to the values from before the import, field by field.",
    AGAIN: "reactivated by the import {is_} deactivated again.",
}


def _sentence(label: str, what: str, number: int, *, done: bool) -> str:
    one = number == 1
    is_ = ("was" if one else "were") if done else ("is" if one else "are")
    return f"{number:,} {reactivation.people(label, number)} {_SAID[what].format(is_=is_)}"
