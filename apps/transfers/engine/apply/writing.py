"""SQL that writes a range of the plan: inserts and updates, part by part, in a fixed lock order."""

from typing import Any

from django.apps import apps
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.engine.apply.values import created_values, made_values, plan_value
from apps.transfers.engine.context import PartInfo, RunContext
from apps.transfers.engine.ranges import Range
from apps.transfers.engine.resolve import reactivation
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import comma, execute, rows, table_of

# Every chunk of every import takes this lock, so that two imports interleave chunk by chunk.
_LOCK = 7_210_001
_PLAN = PlanRow("p")


def lock_imports() -> None:
    """Wait until no other import or undo transaction is running."""
    rows(SQL("SELECT pg_advisory_xact_lock({})").format(Literal(_LOCK)))


def lock(context: RunContext, chunk: Range) -> None:
    """Lock the records that the range changes, in the order of their keys, and those that it refers to."""
    lock_imports()
    plan = context.tables.plan
    for name in context.relations:
        relation = context.columns[name].relation
        if relation is None:
            continue
        rows(
            SQL(
                "SELECT count(*) FROM (SELECT 1 FROM {live} t WHERE t.id IN "
                "(SELECT {key}::uuid FROM {plan} p WHERE {chunk} AND {key} <> '') "
                "ORDER BY t.id FOR SHARE OF t) locked"
            ).format(
                live=table_of(apps.get_model(relation.model)),
                key=_PLAN.related(name),
                plan=plan,
                chunk=chunk.where(),
            )
        )
    for info in context.parts:
        if not context.has_planned(info, "update"):
            continue
        rows(
            SQL(
                "SELECT count(*) FROM (SELECT 1 FROM {live} t WHERE t.id IN "
                "(SELECT {key} FROM {plan} p WHERE {chunk} AND {updates}) "
                "ORDER BY t.id FOR NO KEY UPDATE OF t) locked"
            ).format(
                live=info.table,
                key=_PLAN.id(info.name),
                plan=plan,
                chunk=chunk.where(),
                updates=_PLAN.updates(info.name),
            )
        )


def insert(context: RunContext, info: PartInfo, chunk: Range) -> int:
    values = created_values(context, info)
    return execute(
        SQL(
            "INSERT INTO {live} ({columns}) SELECT {values} FROM {plan} p "
            "WHERE {chunk} AND {creates} ORDER BY {order}"
        ).format(
            live=info.table,
            columns=comma(map(Identifier, values)),
            values=comma(values.values()),
            plan=context.tables.plan,
            chunk=chunk.where(),
            creates=_PLAN.creates(info.name),
            order=_PLAN.column(chunk.order),
        )
    )


def update(context: RunContext, info: PartInfo, chunk: Range) -> int:
    keys = {name for key in info.usable_keys() if len(info.usable_keys()) == 1 for name in key}
    sets: list[Composable] = []
    for field in info.given:
        if field.attname in keys:
            continue
        new = (
            SQL("CASE WHEN {cell} IS NULL THEN {now} ELSE {value} END")
            if field.nullable
            else SQL("COALESCE({value}, {now})")
        )
        value = new.format(
            cell=_PLAN.cell(field.source),
            now=field.of("t"),
            value=plan_value(context, info, field.attname),
        )
        sets.append(SQL("{} = {}").format(field.column, value))
    sets += reactivation.assignments(info)
    if not sets:
        return 0
    return execute(
        SQL(
            "UPDATE {live} t SET {sets} FROM {plan} p WHERE {chunk} AND {updates} AND t.id = {key}"
        ).format(
            live=info.table,
            sets=comma(sets),
            plan=context.tables.plan,
            chunk=chunk.where(),
            updates=_PLAN.updates(info.name),
            key=_PLAN.id(info.name),
        )
    )


def insert_made(context: RunContext, chunk: Range) -> None:
    """Create the related records that are first needed by rows of the range."""
    for name in context.relations:
        relation = context.columns[name].relation
        if relation is None or name not in context.matching.create_missing:
            continue
        model: Any = apps.get_model(relation.model)
        values = made_values(model, relation)
        execute(
            SQL(
                "WITH wanted AS (UPDATE {made} m SET outcome = 'applied' WHERE m.relation = {name} "
                "AND m.outcome = '' AND m.id IN (SELECT {key}::uuid FROM {plan} p "
                "WHERE {chunk} AND {key} <> '') RETURNING m.*) "
                "INSERT INTO {live} ({columns}) SELECT {values} FROM wanted m"
            ).format(
                made=context.tables.made,
                name=Literal(name),
                key=_PLAN.related(name),
                plan=context.tables.plan,
                chunk=chunk.where(),
                live=table_of(model),
                columns=comma(map(Identifier, values)),
                values=comma(values.values()),
            )
        )
