"""What an undo keeps, and why: changed since, in use by others, or against a rule of the dataset."""

import json
from typing import Any

from django.db import connection

from apps.transfers.engine import reviving
from apps.transfers.engine.context import Context, PartInfo, scope_literal
from apps.transfers.engine.tables import alive
from apps.transfers.engine.writing import plan_value

CHANGED = "It was changed since the import."
IN_USE = "Others use it since the import."
GONE = "It is gone already."
# Also said of what is gone: to whom it is out of scope, it is not there.
UNSEEN = "It is not there any more, or not in your scope."


class UndoRange:
    """Applied rows of the plan with `low < order < high`, up to the run's checkpoint."""

    def __init__(self, order: str, low: int, high: int, checkpoint: int) -> None:
        self.order = order
        self.params: list[Any] = [low, high, checkpoint]

    def where(self, alias: str = "p") -> str:
        return (
            f"{alias}.{self.order} > %s AND {alias}.{self.order} < %s AND {alias}.{self.order} <= %s "
            f"AND {alias}.verdict IN ('create', 'update') AND {alias}.outcome = ''"
        )


def kept_by_rules(context: Context, rows: UndoRange) -> dict[int, str]:
    found: dict[int, str] = {}
    for rule in context.resource.keeps():
        asked = rule.sql(context)
        if asked is None:
            continue
        sql, params = asked
        for (number,) in context.rows(
            f"SELECT k.number FROM ({sql}) k JOIN {context.tables.plan} p ON p.number = k.number "
            f"WHERE {rows.where()}",
            [*params, *rows.params],
        ):
            found.setdefault(number, rule.message)
    for info in context.parts:
        if scope := scope_literal(info.model, context.actor):
            for (number,) in context.rows(
                f"SELECT p.number FROM {context.tables.plan} p WHERE {rows.where()} "
                f"AND p.op_{info.name} IS NOT NULL AND p.id_{info.name} NOT IN "
                f"({scope.replace('%', '%%')})",
                rows.params,
            ):
                found.setdefault(number, UNSEEN)
    return found


def written(context: Context, info: PartInfo, attname: str) -> str:
    """SQL of what the run wrote into a field of a record that it created."""
    field = info.fields[attname]
    value = plan_value(context, info, attname)
    column = context.columns.get(field.source)
    if column is None or field.nullable:
        return value
    fallback = column.initial or field.default
    if fallback != "" or not field.cast:
        with connection.cursor() as cursor:
            literal = str(cursor.mogrify("%s", [fallback])).replace("%", "%%")
        return f"COALESCE({value}, {literal})"
    return value


def kept_creations(context: Context, info: PartInfo, rows: UndoRange) -> dict[int, str]:
    """Return the rows whose created record stays, with the reason."""
    plan = context.tables.plan
    differs = " OR ".join(
        f"t.{field.column} IS DISTINCT FROM {written(context, info, attname)}"
        for attname, field in info.fields.items()
    )
    created = f"p.op_{info.name} = 'c'"
    # Who came back by the run goes as he came, where nobody needs him by now.
    mine = f"({created} OR {reviving.is_back(info)})"
    used = used_elsewhere(context, info.model, "t", exclude_own=False)
    return {
        number: CHANGED if is_changed else IN_USE
        for number, is_changed in context.rows(
            f"SELECT number, is_changed FROM ("
            f"SELECT p.number, {created} AND ({differs}) AS is_changed, ({used}) AS is_used "
            f"FROM {plan} p JOIN {info.table} t ON t.id = p.id_{info.name}"
            f"{info.alive('t')} WHERE {rows.where()} AND {mine} OFFSET 0"
            f") k WHERE is_changed OR is_used",
            rows.params,
        )
    }


def kept_changes(context: Context, info: PartInfo, rows: UndoRange) -> dict[int, str]:
    """Return the rows of which at least one field is kept, because it is not what the run wrote."""
    plan = context.tables.plan
    changed = []
    for field in info.fields.values():
        if field.is_given:
            after = f"p.changes->'{field.source}'->>1"
            value = f"NULLIF({after}, ''){field.cast}" if field.cast else after
            if field.source in context.relations:
                value = f"NULLIF(p.i_{field.source}, ''){field.cast}"
            changed.append(
                f"(jsonb_exists(p.changes, '{field.source}') "
                f"AND t.{field.column} IS DISTINCT FROM {value})"
            )
    if info.part.undo:
        changed.append(f"({reviving.is_back(info)} AND NOT {reviving.still_back(info)})")
    if not changed:
        return {}
    found = {}
    for number, is_gone in context.rows(
        f"SELECT p.number, t.id IS NULL FROM {plan} p LEFT JOIN {info.table} t "
        f"ON t.id = p.id_{info.name}{info.alive('t')} WHERE {rows.where()} "
        f"AND p.op_{info.name} = 'u' AND (t.id IS NULL OR {' OR '.join(changed)})",
        rows.params,
    ):
        found[number] = GONE if is_gone else CHANGED
    return found


def used_elsewhere(context: Context, model: Any, alias: str, *, exclude_own: bool) -> str:
    """SQL condition: another record refers to this one. `exclude_own` does not count what the run created.

    For a person also a sign-in, and any right in the back office: he is no mere row of a roster.
    """
    conditions = []
    own = {info.model: info for info in context.parts}
    for relation in model._meta.related_objects:
        child = relation.related_model
        if hasattr(child, "instance_type") or not relation.field.concrete:
            continue
        if relation.field.many_to_many:
            continue
        table = connection.ops.quote_name(child._meta.db_table)
        column = connection.ops.quote_name(relation.field.column)
        extra = alive(child, "c")
        if exclude_own and child in own:
            name = own[child].name
            extra += (
                f" AND NOT EXISTS (SELECT FROM {context.tables.plan} q "
                f"WHERE q.id_{name} = c.id AND q.op_{name} = 'c')"
            )
        conditions.append(f"EXISTS (SELECT FROM {table} c WHERE c.{column} = {alias}.id{extra})")
    attnames = {f.attname for f in model._meta.concrete_fields}
    if "last_login" in attnames:
        conditions.append(f"{alias}.last_login IS NOT NULL")
    if "is_staff" in attnames:
        conditions.append(f"{alias}.is_staff")
    return " OR ".join(conditions) or "false"


def mark_kept(context: Context, kept: dict[int, str]) -> None:
    problems = {
        number: [{"code": "kept", "column": "", "message": why, "value": "", "suggestion": ""}]
        for number, why in kept.items()
    }
    context.execute(
        f"UPDATE {context.tables.plan} p SET outcome = 'kept', problems = x.problems "
        f"FROM (SELECT key::int AS number, value AS problems FROM jsonb_each(%s::jsonb)) x "
        f"WHERE p.number = x.number",
        [json.dumps(problems)],
    )
