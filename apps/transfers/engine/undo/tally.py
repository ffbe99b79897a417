"""Counts what an undo does, by kind of record, and puts it in sentences.

A tally is {"<part>" or "made:<column>": {what: records}}: in a preview what an undo will do, in a
result what it did. Both have the same shape, so that they can be compared.
"""

from functools import partial

from django.apps import apps
from django.db.models import Model
from psycopg.sql import SQL, Composable

from apps.transfers.declarations import DatasetResource
from apps.transfers.engine.context import PartInfo, RunContext
from apps.transfers.engine.ranges import UndoRange
from apps.transfers.engine.resolve import reactivation
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import all_of, any_of, has_trash, one_of, rows
from apps.transfers.engine.undo.rules import Kept
from apps.transfers.engine.undo.values import fields_back

type Tally = dict[str, dict[str, int]]
_PLAN = PlanRow("p")

# What happens to a record: deleted, moved to the trash, deactivated, reverted, or deactivated
# again after an import had reactivated it.
REMOVED, TRASHED, DEACTIVATED = "removed", "trashed", "deactivated"
RESTORED, AGAIN = "restored", "deactivated_again"
_GONE = (REMOVED, TRASHED, DEACTIVATED)


def fate(info: PartInfo) -> str:
    """Return what happens to a record of the part that the run created."""
    if info.part.undo:
        return DEACTIVATED
    return TRASHED if info.soft_delete else REMOVED


def created_fate(model: type[Model]) -> str:
    return TRASHED if has_trash(model) else REMOVED


def restored_sql(context: RunContext, info: PartInfo, kept: Kept) -> Composable:
    """SQL condition over a row `p` and its record `t`: at least one field is reverted."""
    goes = []
    for back in fields_back(context, info):
        stays = [each for each in (back.taken, kept.field_stays(info, back.field.source)) if each]
        goes.append(all_of([back.is_mine, *map(SQL("NOT {}").format, stays)]))
    return any_of(SQL("({})").format(each) for each in goes)


def preview(context: RunContext, info: PartInfo, chunk: UndoRange, kept: Kept) -> dict[str, int]:
    """Count what an undo of the range does to the records of a part."""
    created, restored, again = rows(
        SQL(
            "SELECT count(*) FILTER (WHERE {creates} AND p.number <> ALL({staying})), "
            "count(*) FILTER (WHERE {updates} AND {restored}), "
            "count(*) FILTER (WHERE {updates} AND {reactivated} AND p.number <> ALL({back})) "
            "FROM {plan} p JOIN {live} t ON t.id = {key}{alive} WHERE {chunk}"
        ).format(
            creates=_PLAN.creates(info.name),
            staying=one_of(kept.staying[info.name]),
            updates=_PLAN.updates(info.name),
            restored=restored_sql(context, info, kept),
            reactivated=reactivation.still_back(info),
            back=one_of(kept.back[info.name]),
            plan=context.tables.plan,
            live=info.table,
            key=_PLAN.id(info.name),
            alive=info.alive("t"),
            chunk=chunk.where(),
        )
    )[0]
    return {fate(info): created, RESTORED: restored, AGAIN: again}


def add(tally: Tally, key: str, counts: dict[str, int]) -> None:
    """Add counts to a tally; zeros are left out."""
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


def sentences(resource: type[DatasetResource], tally: Tally, *, done: bool = False) -> list[str]:
    """Return a tally in sentences: "12 memberships created by the import are removed."."""
    nouns = {part.name: part.noun for part in resource.parts()}
    nouns |= {
        f"made:{name}": partial(
            _noun, str(apps.get_model(column.relation.model)._meta.verbose_name)
        )
        for name, column in resource.columns().items()
        if column.relation is not None
    }
    return [
        _sentence(nouns.get(key, partial(_noun, key))(number), what, number, done=done)
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


def _noun(label: str, number: int) -> str:
    return label if number == 1 else f"{label}s"


def _sentence(noun: str, what: str, number: int, *, done: bool) -> str:
    one = number == 1
    is_ = ("was" if one else "were") if done else ("is" if one else "are")
    return f"{number:,} {noun} {_SAID[what].format(is_=is_)}"
