"""What an undo keeps, and why: changed since, in use by others, or against a rule of the dataset.

`decide` says it of any range of rows before anything is written: of a chunk for the undo itself, of the
whole run for its preview. What earlier rows of the range would take away counts as gone, so that both
come to the same answer however the run is cut into chunks.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.transfers.engine.context import Context, PartInfo, scope_literal
from apps.transfers.engine.ranges import KEPT, UndoRange
from apps.transfers.engine.resolve import reactivation, refused_records
from apps.transfers.engine.undo.values import (
    Leaving,
    differs_from_created,
    fields_back,
    used_elsewhere,
)
from apps.transfers.models import ImportRun, UndoRun

CHANGED = "It was changed since the import."
IN_USE = "Other records have used it since the import."
GONE = "It no longer exists."
# Also said of what is gone: out of scope means that it does not exist for this person.
UNSEEN = "It no longer exists, or it is not in your scope."


@dataclass
class Kept:
    """Row → why it is kept at least in part, and what of it stays as a whole: parts, and columns."""

    why: dict[int, str] = field(default_factory=dict)
    parts: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    columns: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    # Part → rows whose created record stays, and rows whose record is not set aside again.
    staying: dict[str, list[int]] = field(default_factory=dict)
    back: dict[str, list[int]] = field(default_factory=dict)

    def add(self, number: int, why: str) -> None:
        self.why.setdefault(number, why)

    def field_stays(self, info: PartInfo, column: str) -> str:
        """SQL condition over a row `p`: this field of the record stays, whatever it holds; "" for none."""
        return _is_one_of(self.parts[info.name] | self.columns[column])

    @property
    def numbers(self) -> list[int]:
        return sorted(self.why)


def _is_one_of(numbers: Iterable[int]) -> str:
    listed = ",".join(str(number) for number in sorted(numbers))
    return f"p.number = ANY('{{{listed}}}'::int[])" if listed else ""


def decide(context: Context, rows: UndoRange) -> Kept:
    """Return what of the range is kept; nothing is written yet."""
    kept = kept_by_rules(context, rows)
    for info in reversed(context.parts):
        for number, why in kept_creations(context, info, rows, kept).items():
            kept.add(number, why)
        kept.staying[info.name] = kept.numbers
        if context.has_planned(info, "update"):
            for number, why in kept_changes(context, info, rows).items():
                kept.add(number, why)
        kept.back[info.name] = kept.numbers
    return kept


def stopped_undo(run: ImportRun) -> UndoRun | None:
    """Return the last undo of the run where it has taken a part back: the next one goes on there."""
    return run.undo_runs.filter(
        checkpoint__gt=0, state__in=(UndoRun.State.CANCELLED, UndoRun.State.FAILED)
    ).first()


def kept_by_rules(context: Context, rows: UndoRange) -> Kept:
    kept = Kept()
    plan = context.tables.plan
    for rule in context.resource.keeps():
        asked = rule.sql(context)
        if asked is None:
            continue
        sql, params = asked
        for (number,) in context.rows(
            f"SELECT k.number FROM ({sql}) k JOIN {plan} p ON p.number = k.number "
            f"WHERE {rows.where()}",
            [*params, *rows.params],
        ):
            kept.columns[rule.column].add(number)
            kept.add(number, rule.message)
    for info in context.parts:
        if scope := scope_literal(info.model, context.actor):
            for (number,) in context.rows(
                f"SELECT p.number FROM {plan} p WHERE {rows.where()} "
                f"AND p.op_{info.name} IS NOT NULL AND p.id_{info.name} NOT IN "
                f"({scope.replace('%', '%%')})",
                rows.params,
            ):
                kept.parts[info.name].add(number)
                kept.add(number, UNSEEN)
        for number in refused_records.kept(context, info, rows.where(), rows.params):
            kept.parts[info.name].add(number)
            kept.add(number, refused_records.KEPT.format(info.part.label))
    return kept


def kept_creations(context: Context, info: PartInfo, rows: UndoRange, kept: Kept) -> dict[int, str]:
    """Return the rows whose created record stays, with the reason."""
    if not (context.has_planned(info, "create") or info.part.undo):
        return {}
    created = f"p.op_{info.name} = 'c'"
    # People this run reactivated are deactivated again unless something now refers to them.
    mine = f"({created} OR {reactivation.is_back(info)})"
    used, params = used_elsewhere(context, info.model, "t", without=Leaving(rows, kept.staying))
    return {
        number: CHANGED if is_changed else IN_USE
        for number, is_changed in context.rows(
            f"SELECT number, is_changed FROM ("
            f"SELECT p.number, {created} AND ({differs_from_created(context, info)}) AS "
            "is_changed, "
            f"({used}) AS is_used "
            f"FROM {context.tables.plan} p JOIN {info.table} t ON t.id = p.id_{info.name}"
            f"{info.alive('t')} WHERE {rows.where()} AND {mine} OFFSET 0"
            f") k WHERE is_changed OR is_used",
            [*params, *rows.params],
        )
    }


def kept_changes(context: Context, info: PartInfo, rows: UndoRange) -> dict[int, str]:
    """Return the rows of which at least one field is kept: it is not what the run wrote any more, or
    what it held before is another record's by now."""
    changed, taken = [], []
    for back in fields_back(context, info):
        # What an earlier undo has put back already is done, and not changed since.
        done = f" AND NOT {back.is_back}" if rows.again else ""
        changed.append(f"({back.is_changed} AND NOT {back.is_mine}{done})")
        if back.taken:
            said = f"{context.columns[back.field.source].label.lower()} “"
            taken.append(f"WHEN {back.is_mine} AND {back.taken} THEN '{said}' || {back.before}")
    if info.part.undo:
        done = f" AND NOT ({reactivation.is_aside(info)})" if rows.again else ""
        changed.append(
            f"({reactivation.is_back(info)} AND NOT {reactivation.still_back(info)}{done})"
        )
    if not changed:
        return {}
    found = {}
    for number, is_gone, is_changed, theirs in context.rows(
        f"SELECT * FROM (SELECT p.number, t.id IS NULL AS is_gone, "
        f"({' OR '.join(changed)}) AS is_changed, "
        f"{'CASE ' + ' '.join(taken) + ' END' if taken else 'NULL'} AS theirs "
        f"FROM {context.tables.plan} p LEFT JOIN {info.table} t "
        f"ON t.id = p.id_{info.name}{info.alive('t')} WHERE {rows.where()} "
        f"AND p.op_{info.name} = 'u' OFFSET 0) k WHERE is_gone OR is_changed OR theirs IS NOT NULL",
        rows.params,
    ):
        if is_gone:
            found[number] = GONE
        elif is_changed:
            found[number] = CHANGED
        else:
            found[number] = f"Its former {theirs}” now belongs to another {info.part.label}."
    return found


def mark_kept(context: Context, kept: dict[int, str]) -> int:
    """Write the reasons into the plan; return how many rows were not marked as kept before."""
    problems = {
        number: [{"code": KEPT, "column": "", "message": why, "value": "", "suggestion": ""}]
        for number, why in kept.items()
    }
    context.execute(
        f"UPDATE {context.tables.plan} p SET problems = x.problems "
        f"FROM (SELECT key::int AS number, value AS problems FROM jsonb_each(%s::jsonb)) x "
        f"WHERE p.number = x.number AND p.outcome = '{KEPT}'",
        [json.dumps(problems)],
    )
    return context.execute(
        f"UPDATE {context.tables.plan} p SET outcome = '{KEPT}', problems = x.problems "
        f"FROM (SELECT key::int AS number, value AS problems FROM jsonb_each(%s::jsonb)) x "
        f"WHERE p.number = x.number AND p.outcome = ''",
        [json.dumps(problems)],
    )


def mark_freed(context: Context, rows: UndoRange, kept: Kept) -> None:
    """Take the mark from rows that an earlier undo kept and this one did not."""
    if rows.again:
        context.execute(
            f"UPDATE {context.tables.plan} p SET outcome = '', problems = NULL "
            f"WHERE {rows.where()} AND p.number <> ALL(%s)",
            [*rows.params, kept.numbers],
        )
