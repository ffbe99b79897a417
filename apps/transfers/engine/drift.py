"""Finds the rows of a range whose records are no longer as the plan saw them."""

from collections.abc import Callable

from django.apps import apps
from django.db import connection

from apps.transfers.engine import reviving
from apps.transfers.engine.context import Context, PartInfo, scope_literal
from apps.transfers.engine.tables import alive
from apps.transfers.engine.writing import Range, key_match

type Collect = Callable[[str, str, list[object]], None]

CHANGED = "Somebody changed this record after the preview. It was left alone."
EXISTS = "Somebody created this record after the preview. It was left alone."
UNSEEN = "You may not change this record any more. It was left alone."
GONE = "A record that this row belongs to is gone since the preview."


def find(context: Context, rows: Range) -> dict[int, str]:
    """Return row number → why, for every row of the range that must be left alone."""
    plan = context.tables.plan
    found: dict[int, str] = {}

    def collect(why: str, sql: str, params: list[object]) -> None:
        for (number,) in context.rows(sql, params):
            found.setdefault(number, why)

    for info in context.parts:
        if context.has_planned(info, "create"):
            collect(
                EXISTS,
                f"SELECT p.number FROM {plan} p WHERE {rows.where()} AND p.op_{info.name} = 'c' AND EXISTS "
                f"(SELECT FROM {info.table} t WHERE {key_match(context, info)}{info.alive('t')})",
                rows.params,
            )
        if context.has_planned(info, "update"):
            collect(
                CHANGED,
                f"SELECT p.number FROM {plan} p LEFT JOIN {info.table} t ON t.id = p.id_{info.name}"
                f"{info.alive('t')} WHERE {rows.where()} AND p.op_{info.name} = 'u' "
                f"AND (t.id IS NULL OR {_differs(info)} OR {reviving.drifted(info)})",
                rows.params,
            )
    for name in context.relations:
        relation = context.columns[name].relation
        if relation is None:
            continue
        model = apps.get_model(relation.model)
        table = connection.ops.quote_name(model._meta.db_table)
        collect(
            GONE,
            f"SELECT p.number FROM {plan} p WHERE {rows.where()} AND p.i_{name} <> '' AND NOT EXISTS "
            f"(SELECT FROM {table} t WHERE t.id = p.i_{name}::uuid{alive(model, 't')}) AND NOT EXISTS "
            f"(SELECT FROM {context.tables.made} m WHERE m.id = p.i_{name}::uuid)",
            rows.params,
        )
    _unseen(context, rows, collect)
    _dependents(context, rows, found)
    return found


def _unseen(context: Context, rows: Range, collect: Collect) -> None:
    """Rows whose records the actor sees no more: his scope is asked anew for each chunk."""
    for info in context.parts:
        if scope := scope_literal(info.model, context.actor):
            collect(
                UNSEEN,
                f"SELECT p.number FROM {context.tables.plan} p WHERE {rows.where()} "
                f"AND p.op_{info.name} = 'u' AND p.id_{info.name} NOT IN ({_escaped(scope)})",
                rows.params,
            )
    for name in context.relations:
        relation = context.columns[name].relation
        if relation is None:
            continue
        if scope := scope_literal(apps.get_model(relation.model), context.actor):
            collect(
                UNSEEN,
                f"SELECT p.number FROM {context.tables.plan} p WHERE {rows.where()} "
                f"AND p.i_{name} <> '' AND p.i_{name}::uuid NOT IN ({_escaped(scope)})",
                rows.params,
            )


def _escaped(sql: str) -> str:
    return sql.replace("%", "%%")


def _differs(info: PartInfo) -> str:
    """SQL: a field that the dataset knows is no longer what the plan saw."""
    return " OR ".join(
        f"t.{field.column}::text IS DISTINCT FROM p.before->'{info.name}'->>'{field.attname}'"
        for field in info.fields.values()
    )


def _dependents(context: Context, rows: Range, found: dict[int, str]) -> None:
    """Rows that need a person, say, whom another row was to create and did not."""
    plan = context.tables.plan
    for info in context.parts[:-1]:
        sql = (
            f"SELECT p.number FROM {plan} p WHERE {rows.where()} "
            f"AND p.op_{info.name} IS DISTINCT FROM 'c' AND NOT EXISTS "
            f"(SELECT FROM {info.table} t WHERE t.id = p.id_{info.name}) AND NOT EXISTS "
            f"(SELECT FROM {plan} q WHERE {rows.where('q')} AND q.op_{info.name} = 'c' "
            f"AND q.id_{info.name} = p.id_{info.name} AND q.number <> ALL(%s))"
        )
        for (number,) in context.rows(sql, [*rows.params, *rows.params, list(found)]):
            found.setdefault(number, f"The {info.part.label} of this row was not written.")
