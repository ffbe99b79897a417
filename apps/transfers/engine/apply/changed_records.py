"""Finds the rows of a range whose records changed since the plan."""

from collections.abc import Callable

from psycopg.sql import SQL, Composable, Literal

from apps.transfers.engine.apply import related_changes
from apps.transfers.engine.apply.values import created_values, key_match, plan_value
from apps.transfers.engine.context import PartInfo, RunContext, may_be_new, scope_sql
from apps.transfers.engine.ranges import Range
from apps.transfers.engine.resolve import reactivation, refused_records
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import FALSE, NOTHING, and_, any_of, column_of, one_of, rows

# Called with the reason to skip rows, and SQL of their numbers.
type Collect = Callable[[str, Composable], None]

CHANGED = "Somebody changed this record after the preview. It was left alone."
EXISTS = "Somebody created this record after the preview. It was left alone."
UNSEEN = "You can no longer change this record. It was left alone."
MISSING = "This record no longer exists. Nothing was changed for this row."
GONE = related_changes.GONE
RENAMED = "A record that this row names was renamed after the preview. It was left alone."
DEACTIVATED = "Somebody deactivated this {} after the preview. The row was left alone."
TAKEN = "Another record got this {} after the preview. It was left alone."

# Reasons without a change by a person: the record no longer exists.
VANISHED = (MISSING, GONE)
_PLAN, _OTHER = PlanRow("p"), PlanRow("q")


def refused_rows(context: RunContext, chunk: Range, *, is_sample: bool = False) -> dict[int, str]:
    """Return row number → reason, for every row of the range that must be skipped.

    For a sample, rows outside of it that would write what a row needs are not considered.
    """
    found: dict[int, str] = {}

    def collect(why: str, numbers: Composable) -> None:
        for (number,) in rows(numbers):
            found.setdefault(number, why)

    for info in context.parts:
        if context.has_planned(info, "create"):
            _created_meanwhile(context, info, chunk, collect)
        if context.has_planned(info, "update"):
            _changed(context, info, chunk, found)
        _taken(context, info, chunk, collect)
    for name in context.relations:
        related_changes.collect_changed(
            context, name, chunk, collect, exists=EXISTS, renamed=RENAMED
        )
    _unseen(context, chunk, collect)
    if not is_sample:
        _dependents(context, chunk, found)
    return found


def _created_meanwhile(context: RunContext, info: PartInfo, chunk: Range, collect: Collect) -> None:
    """Rows that create a record that somebody else has created in the meantime."""
    plan = context.tables.plan
    # A name need not be unique: another row of this file may have given it in the meantime.
    mine: Composable = NOTHING
    if not info.only_key:
        mine = SQL(" AND NOT EXISTS (SELECT FROM {plan} q WHERE {key} = t.id AND {writes})").format(
            plan=plan, key=_OTHER.id(info.name), writes=_OTHER.writes(info.name)
        )
    collect(
        EXISTS,
        SQL(
            "SELECT p.number FROM {plan} p WHERE {chunk} AND {creates} AND EXISTS "
            "(SELECT FROM {live} t WHERE {match}{alive}{mine})"
        ).format(
            plan=plan,
            chunk=chunk.where(),
            creates=_PLAN.creates(info.name),
            live=info.table,
            match=key_match(context, info),
            alive=info.alive("t"),
            mine=mine,
        ),
    )


def _changed(context: RunContext, info: PartInfo, chunk: Range, found: dict[int, str]) -> None:
    """Rows whose record was deleted, differs from what the plan saw, or can no longer be changed."""
    for number, is_missing in rows(
        SQL(
            "SELECT p.number, t.id IS NULL FROM {plan} p LEFT JOIN {live} t ON t.id = {key}{alive} "
            "WHERE {chunk} AND {updates} AND (t.id IS NULL OR {differs} OR {reactivated})"
        ).format(
            plan=context.tables.plan,
            live=info.table,
            key=_PLAN.id(info.name),
            alive=info.alive("t"),
            chunk=chunk.where(),
            updates=_PLAN.updates(info.name),
            differs=_differs(info),
            reactivated=reactivation.drifted(info),
        )
    ):
        found.setdefault(number, MISSING if is_missing else CHANGED)
    for number in refused_records.drifted(context, info, chunk):
        found.setdefault(number, f"{refused_records.refusal_sentence(info)} It was left alone.")


def _differs(info: PartInfo) -> Composable:
    """SQL: a field of the dataset differs from what the plan saw."""
    return any_of(
        SQL("{}::text IS DISTINCT FROM p.before->{}->>{}").format(
            field.of("t"), Literal(info.name), Literal(field.attname)
        )
        for field in info.fields.values()
    )


def _taken(context: RunContext, info: PartInfo, chunk: Range, collect: Collect) -> None:
    """Rows that write a unique value that another record has by now."""
    written = created_values(context, info)
    for attname in info.part.unique:
        model_field = info.model._meta.get_field(attname)
        new = []
        if model_field.column in written and context.has_planned(info, "create"):
            new.append((_PLAN.creates(info.name), written[model_field.column]))
        if attname in info.fields and context.has_planned(info, "update"):
            changes = SQL("{} AND {}").format(
                _PLAN.updates(info.name), _PLAN.changes_column(info.fields[attname].source)
            )
            new.append((changes, plan_value(context, info, attname)))
        for condition, value in new:
            collect(
                TAKEN.format(model_field.verbose_name),
                SQL(
                    "SELECT p.number FROM {plan} p JOIN {live} t "
                    "ON t.{column} = {value} AND t.id <> {key}{alive} "
                    "WHERE {chunk} AND {condition} AND {value} <> ''"
                ).format(
                    plan=context.tables.plan,
                    live=info.table,
                    column=column_of(info.model, attname),
                    value=value,
                    key=_PLAN.id(info.name),
                    alive=info.alive("t"),
                    chunk=chunk.where(),
                    condition=condition,
                ),
            )


def _unseen(context: RunContext, chunk: Range, collect: Collect) -> None:
    """Rows whose records are no longer in the actor's scope, which is read again for each chunk."""
    plan = context.tables.plan
    for info in context.parts:
        if scope := scope_sql(info.model, context.actor):
            collect(
                UNSEEN,
                SQL(
                    "SELECT p.number FROM {plan} p JOIN {live} t ON t.id = {key} WHERE {chunk} "
                    "AND {op} IS DISTINCT FROM 'c' AND t.id NOT IN ({scope})"
                ).format(
                    plan=plan,
                    live=info.table,
                    key=_PLAN.id(info.name),
                    chunk=chunk.where(),
                    op=_PLAN.op(info.name),
                    scope=scope,
                ),
            )
        if not may_be_new(info.model, context.actor):
            collect(
                UNSEEN,
                SQL("SELECT p.number FROM {} p WHERE {} AND {}").format(
                    plan, chunk.where(), _PLAN.creates(info.name)
                ),
            )
    related_changes.collect_unseen(context, chunk, collect, unseen=UNSEEN)


def _dependents(context: RunContext, chunk: Range, found: dict[int, str]) -> None:
    """Rows whose record should have been created by another row and was not, or no longer has the
    key that the row names.
    """
    for info in context.parts[:-1]:
        deactivated: Composable = FALSE
        if info.part.undo:
            # People who were deactivated before the preview have a note there.
            deactivated = SQL("({} AND p.problems IS NULL AND NOT {})").format(
                reactivation.is_deactivated(info), reactivation.is_back(info)
            )
        dependents = SQL(
            "SELECT p.number, t.id IS NULL, {deactivated} FROM {plan} p "
            "LEFT JOIN {live} t ON t.id = {key} WHERE {chunk} AND {op} IS DISTINCT FROM 'c' "
            "AND (t.id IS NULL OR {deactivated} OR NOT {match}) AND NOT EXISTS "
            "(SELECT FROM {plan} q WHERE {others}{creates} AND {other} = {key} "
            "AND q.number <> ALL({found}))"
        ).format(
            deactivated=deactivated,
            plan=context.tables.plan,
            live=info.table,
            key=_PLAN.id(info.name),
            chunk=chunk.where(),
            op=_PLAN.op(info.name),
            match=key_match(context, info),
            others=chunk.where("q"),
            creates=and_(_OTHER.creates(info.name)),
            other=_OTHER.id(info.name),
            found=one_of(found),
        )
        for number, is_gone, is_deactivated in rows(dependents):
            why = DEACTIVATED.format(info.part.label) if is_deactivated else RENAMED
            if is_gone:
                why = f"The {info.part.label} of this row wasn't written."
            found.setdefault(number, why)
