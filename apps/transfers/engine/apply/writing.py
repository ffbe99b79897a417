"""SQL that writes a range of the plan: inserts and updates part by part, in a fixed order of locks."""

from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models.fields import NOT_PROVIDED

from apps.transfers.declarations import Relation
from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.ranges import Range
from apps.transfers.engine.resolve import reactivation, slugs

# Every chunk of every import takes this lock, so that two imports interleave chunk by chunk.
LOCK = 7_210_001


def insert_defaults(model: Any, given: set[str]) -> dict[str, str]:
    """Return column → SQL literal for what an insert must give and the database has no default for."""
    found = {}
    for field in model._meta.concrete_fields:
        if field.attname in given or field.primary_key or field.generated:
            continue
        if field.has_db_default() or field.null:
            continue
        default = field.get_default() if field.default is not NOT_PROVIDED else None
        if default is None:
            default = "" if field.empty_strings_allowed else None
        prepared = field.get_db_prep_save(default, connection)
        with connection.cursor() as cursor:
            found[field.column] = cursor.mogrify("%s", [prepared])
    return found


def lock(context: Context, rows: Range) -> None:
    """Lock the records that the range changes, in order of their keys, and what it refers to."""
    context.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    plan = context.tables.plan
    for name in context.relations:
        relation = context.columns[name].relation
        if relation is None:
            continue
        table = connection.ops.quote_name(apps.get_model(relation.model)._meta.db_table)
        context.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {table} t WHERE t.id IN "
            f"(SELECT p.i_{name}::uuid FROM {plan} p WHERE {rows.where()} AND p.i_{name} <> '') "
            f"ORDER BY t.id FOR SHARE OF t) locked",
            rows.params,
        )
    for info in context.parts:
        if not context.has_planned(info, "update"):
            continue
        context.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {info.table} t WHERE t.id IN "
            f"(SELECT p.id_{info.name} FROM {plan} p WHERE {rows.where()} AND p.op_{info.name} = 'u') "
            f"ORDER BY t.id FOR NO KEY UPDATE OF t) locked",
            rows.params,
        )


def key_match(context: Context, info: PartInfo) -> str:
    """SQL condition: a living record `t` has the key of a planned creation `p`."""
    cases, before = [], ""
    keys = info.usable_keys()
    for key in keys:
        same = " AND ".join(
            f"t.{info.fields[n].column} = {plan_value(context, info, n)}" for n in key
        )
        cases.append(f"({same}{before})")
        if len(keys) > 1:
            # The first alternative that the row gives in full is its key.
            filled = " AND ".join(f"p.c_{info.fields[n].source} <> ''" for n in key)
            cases[-1] = f"({same} AND {filled}{before})"
            before += f" AND NOT COALESCE({filled}, false)"
    return f"({' OR '.join(cases)})"


def plan_value(context: Context, info: PartInfo, attname: str) -> str:
    field = info.fields[attname]
    if field.part:
        return f"p.id_{field.part}"
    if field.source in context.relations:
        return f"NULLIF(p.i_{field.source}, ''){field.cast}"
    return field.value(f"p.c_{field.source}")


def created_values(context: Context, info: PartInfo) -> dict[str, str]:
    """Return (quoted) column → SQL over a row `p` of the plan: what a new record is given."""
    model = info.model
    columns = {"id": f"p.id_{info.name}"}
    for attname, field in info.fields.items():
        value = plan_value(context, info, attname)
        column = context.columns.get(field.source)
        if column is not None and not field.nullable:
            fallback = column.initial or field.default
            if fallback != "" or not field.cast:
                value = f"COALESCE({value}, {literal(fallback)})"
        columns[field.column] = value
    for attname in info.part.derived:
        quoted = connection.ops.quote_name(model._meta.get_field(attname).column)
        if attname in slugs.made_columns(context, info):
            given = (
                f"NULLIF(p.c_{info.fields[attname].source}, '')"
                if attname in info.fields
                else "NULL"
            )
            columns[quoted] = f"COALESCE({given}, p.d_{info.name}_{attname})"
    for attname, constant in info.part.constants.items():
        columns[connection.ops.quote_name(model._meta.get_field(attname).column)] = constant
    given_names = {name.strip('"') for name in columns}
    attnames = {f.attname for f in model._meta.concrete_fields if f.column in given_names}
    for name, default in insert_defaults(model, attnames).items():
        columns[connection.ops.quote_name(name)] = default.replace("%", "%%")
    return columns


def insert(context: Context, info: PartInfo, rows: Range) -> int:
    columns = created_values(context, info)
    return context.execute(
        f"INSERT INTO {info.table} ({', '.join(columns)}) "
        f"SELECT {', '.join(columns.values())} FROM {context.tables.plan} p "
        f"WHERE {rows.where()} AND p.op_{info.name} = 'c' ORDER BY p.{rows.order}",
        rows.params,
    )


def literal(value: Any) -> str:
    with connection.cursor() as cursor:
        return str(cursor.mogrify("%s", [value])).replace("%", "%%")


def update(context: Context, info: PartInfo, rows: Range) -> int:
    keys = {name for key in info.usable_keys() if len(info.usable_keys()) == 1 for name in key}
    sets = []
    for attname, field in info.fields.items():
        if field.is_given and attname not in keys:
            value = plan_value(context, info, attname)
            if field.nullable:
                sets.append(
                    f"{field.column} = CASE WHEN p.c_{field.source} IS NULL "
                    f"THEN t.{field.column} ELSE {value} END"
                )
            else:
                sets.append(f"{field.column} = COALESCE({value}, t.{field.column})")
    sets += reactivation.sets(info)
    if not sets:
        return 0
    return context.execute(
        f"UPDATE {info.table} t SET {', '.join(sets)} FROM {context.tables.plan} p "
        f"WHERE {rows.where()} AND p.op_{info.name} = 'u' AND t.id = p.id_{info.name}",
        rows.params,
    )


def made_values(model: Any, relation: Relation) -> dict[str, str]:
    """Return (quoted) column → SQL over a row `m` of the made records: what such a record is given."""
    columns = {"id": "m.id", connection.ops.quote_name(relation.create): "m.value"}
    given = {"id", relation.create}
    if any(f.attname == "slug" for f in model._meta.concrete_fields):
        columns[connection.ops.quote_name("slug")] = "m.slug"
        given.add("slug")
    for column, default in insert_defaults(model, given).items():
        columns[connection.ops.quote_name(column)] = default.replace("%", "%%")
    return columns


def insert_made(context: Context, rows: Range) -> None:
    """Create the related records that rows of the range are the first to need."""
    made = context.tables.made
    for name in context.relations:
        relation = context.columns[name].relation
        if relation is None or name not in context.matching.create_missing:
            continue
        model: Any = apps.get_model(relation.model)
        columns = made_values(model, relation)
        context.execute(
            f"WITH wanted AS (UPDATE {made} m SET outcome = 'applied' WHERE m.relation = %s "
            f"AND m.outcome = '' AND m.id IN (SELECT p.i_{name}::uuid FROM {context.tables.plan} p "
            f"WHERE {rows.where()} AND p.i_{name} <> '') RETURNING m.*) "
            f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(columns)}) "
            f"SELECT {', '.join(columns.values())} FROM wanted m",
            [name, *rows.params],
        )
