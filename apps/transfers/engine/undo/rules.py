"""What an undo keeps, and why: changed since, used by others, or against a rule of the dataset.

`decide` answers for any range of rows before anything is written: for a chunk of the undo, and for
the whole run in its preview. Records that earlier rows of the range would remove count as removed,
so both give the same answer however the run is cut into chunks.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from psycopg.sql import SQL, Composable, Literal

from apps.transfers.engine.context import PartInfo, RunContext, scope_sql
from apps.transfers.engine.ranges import KEPT, UndoRange, problems_by_row
from apps.transfers.engine.resolve import reactivation, refused_records
from apps.transfers.engine.resolve.rule_view import ContextView
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import NOTHING, NULL, any_of, execute, one_of, rows
from apps.transfers.engine.undo.values import (
    RecordsToRemove,
    differs_from_created,
    fields_back,
    used_elsewhere,
)
from apps.transfers.models import ImportRun, UndoRun

_PLAN = PlanRow("p")
CHANGED = "It was changed since the import."
IN_USE = "Other records have used it since the import."
GONE = "It no longer exists."
# Also used for deleted records: out of scope means that it does not exist for this person.
UNSEEN = "It no longer exists, or it is not in your scope."


@dataclass
class Kept:
    """Row → why it is kept at least in part, and which parts and columns stay."""

    why: dict[int, str] = field(default_factory=dict)
    parts: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    columns: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    # Part → rows whose created record stays, and rows whose record is not deactivated again.
    staying: dict[str, list[int]] = field(default_factory=dict)
    back: dict[str, list[int]] = field(default_factory=dict)

    def add(self, number: int, why: str) -> None:
        self.why.setdefault(number, why)

    def field_stays(self, info: PartInfo, column: str) -> Composable | None:
        """SQL condition over a row `p`: this field of the record always stays; None for never."""
        numbers = self.parts[info.name] | self.columns[column]
        return SQL("p.number = ANY({})").format(one_of(numbers)) if numbers else None

    @property
    def numbers(self) -> list[int]:
        return sorted(self.why)


def decide(context: RunContext, chunk: UndoRange) -> Kept:
    """Return what is kept in the range; nothing is written yet."""
    kept = kept_by_rules(context, chunk)
    for info in reversed(context.parts):
        for number, why in kept_creations(context, info, chunk, kept).items():
            kept.add(number, why)
        kept.staying[info.name] = kept.numbers
        if context.has_planned(info, "update"):
            for number, why in kept_changes(context, info, chunk).items():
                kept.add(number, why)
        kept.back[info.name] = kept.numbers
    return kept


def stopped_undo(run: ImportRun) -> UndoRun | None:
    """Return the last undo of the run if it was stopped in part: the next one continues there."""
    return run.undo_runs.filter(
        checkpoint__gt=0, state__in=(UndoRun.State.CANCELED, UndoRun.State.FAILED)
    ).first()


def kept_by_rules(context: RunContext, chunk: UndoRange) -> Kept:
    kept = Kept()
    plan = context.tables.plan
    for rule in context.resource.keeps():
        asked = rule.sql(ContextView(context))
        if asked is None:
            continue
        for (number,) in rows(
            SQL("SELECT k.number FROM ({}) k JOIN {} p ON p.number = k.number WHERE {}").format(
                asked, plan, chunk.where()
            )
        ):
            kept.columns[rule.column].add(number)
            kept.add(number, rule.message)
    for info in context.parts:
        if scope := scope_sql(info.model, context.actor):
            for (number,) in rows(
                SQL("SELECT p.number FROM {} p WHERE {} AND {} AND {} NOT IN ({})").format(
                    plan, chunk.where(), _PLAN.writes(info.name), _PLAN.id(info.name), scope
                )
            ):
                kept.parts[info.name].add(number)
                kept.add(number, UNSEEN)
        for number in refused_records.kept(context, info, chunk):
            kept.parts[info.name].add(number)
            kept.add(number, refused_records.refusal_sentence(info))
    return kept


def kept_creations(
    context: RunContext, info: PartInfo, chunk: UndoRange, kept: Kept
) -> dict[int, str]:
    """Return the rows whose created record stays, with the reasons."""
    if not (context.has_planned(info, "create") or info.part.undo):
        return {}
    found = rows(
        SQL(
            "SELECT number, is_changed FROM ("
            "SELECT p.number, {created} AND {differs} AS is_changed, {used} AS is_used "
            "FROM {plan} p JOIN {live} t ON t.id = {key}{alive} WHERE {chunk} "
            # People this run reactivated are deactivated again unless something now refers to them.
            "AND ({created} OR {reactivated}) OFFSET 0"
            ") k WHERE is_changed OR is_used"
        ).format(
            created=_PLAN.creates(info.name),
            differs=differs_from_created(context, info),
            used=used_elsewhere(context, info.model, without=RecordsToRemove(chunk, kept.staying)),
            plan=context.tables.plan,
            live=info.table,
            key=_PLAN.id(info.name),
            alive=info.alive("t"),
            chunk=chunk.where(),
            reactivated=reactivation.is_back(info),
        )
    )
    return {number: CHANGED if is_changed else IN_USE for number, is_changed in found}


def kept_changes(context: RunContext, info: PartInfo, chunk: UndoRange) -> dict[int, str]:
    """Return the rows of which at least one field is kept: it is not what the run wrote any more, or
    its former value now belongs to another record."""
    changed, taken = _changed_or_taken(context, info, again=chunk.again)
    if not changed:
        return {}
    theirs = SQL("CASE {} END").format(SQL(" ").join(taken)) if taken else NULL
    found = {}
    for number, is_gone, is_changed, held in rows(
        SQL(
            "SELECT * FROM (SELECT p.number, t.id IS NULL AS is_gone, {changed} AS is_changed, "
            "{theirs} AS theirs FROM {plan} p LEFT JOIN {live} t ON t.id = {key}{alive} "
            "WHERE {chunk} AND {updates} OFFSET 0) k "
            "WHERE is_gone OR is_changed OR theirs IS NOT NULL"
        ).format(
            changed=any_of(changed),
            theirs=theirs,
            plan=context.tables.plan,
            live=info.table,
            key=_PLAN.id(info.name),
            alive=info.alive("t"),
            chunk=chunk.where(),
            updates=_PLAN.updates(info.name),
        )
    ):
        if is_gone:
            found[number] = GONE
        elif is_changed:
            found[number] = CHANGED
        else:
            found[number] = f"Its former {held}” now belongs to another {info.part.label}."
    return found


def _changed_or_taken(
    context: RunContext, info: PartInfo, *, again: bool
) -> tuple[list[Composable], list[Composable]]:
    """Return SQL conditions that a field was changed since, and the cases in which its former value is
    another record's."""
    changed: list[Composable] = []
    taken: list[Composable] = []
    for back in fields_back(context, info):
        # What an earlier undo has already reverted is done, and does not count as changed.
        done = SQL(" AND NOT {}").format(back.is_back) if again else NOTHING
        changed.append(SQL("({} AND NOT {}{})").format(back.is_changed, back.is_mine, done))
        if back.taken is not None:
            label = f"{context.columns[back.field.source].label.lower()} “"
            taken.append(
                SQL("WHEN {} AND {} THEN {} || {}").format(
                    back.is_mine, back.taken, Literal(label), back.before
                )
            )
    if info.part.undo:
        done = NOTHING
        if again:
            done = SQL(" AND NOT ({})").format(reactivation.is_deactivated(info))
        changed.append(
            SQL("({} AND NOT {}{})").format(
                reactivation.is_back(info), reactivation.still_back(info), done
            )
        )
    return changed, taken


def mark_kept(context: RunContext, kept: dict[int, str]) -> int:
    """Write the reasons into the plan; return how many rows are newly marked as kept."""
    mark = SQL(
        "UPDATE {plan} p SET outcome = {kept}, problems = x.problems FROM {why} x "
        "WHERE p.number = x.number AND p.outcome = {outcome}"
    )
    names = {
        "plan": context.tables.plan,
        "kept": Literal(KEPT),
        "why": problems_by_row(kept, KEPT),
    }
    execute(mark.format(outcome=Literal(KEPT), **names))
    return execute(mark.format(outcome=Literal(""), **names))


def mark_freed(context: RunContext, chunk: UndoRange, kept: Kept) -> None:
    """Remove the mark from rows that an earlier undo kept and this one did not."""
    if chunk.again:
        execute(
            SQL(
                "UPDATE {} p SET outcome = '', problems = NULL WHERE {} AND p.number <> ALL({})"
            ).format(context.tables.plan, chunk.where(), one_of(kept.numbers))
        )
