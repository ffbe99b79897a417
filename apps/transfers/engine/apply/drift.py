"""Finds the rows of a range whose records are no longer as the plan saw them."""

from collections.abc import Callable

from django.apps import apps
from django.db import connection

from apps.transfers.engine.apply.writing import created_values, key_match, plan_value
from apps.transfers.engine.context import Context, PartInfo, may_be_new, scope_literal
from apps.transfers.engine.ranges import Range
from apps.transfers.engine.resolve import reactivation, refused_records
from apps.transfers.engine.tables import alive

type Collect = Callable[[str, str, list[object]], None]

CHANGED = "Somebody changed this record after the preview. It was left alone."
EXISTS = "Somebody created this record after the preview. It was left alone."
UNSEEN = "You can no longer change this record. It was left alone."
MISSING = "This record no longer exists. Nothing was changed for this row."
GONE = "A record that this row belongs to was deleted after the preview."
RENAMED = "A record that this row names was renamed after the preview. It was left alone."
ASIDE = "Somebody deactivated this person after the preview. The row was left alone."
TAKEN = "Another record got this {} after the preview. It was left alone."


# Reasons that nobody's change of the record stands behind: it is not there any more.
VANISHED = (MISSING, GONE)


def find(context: Context, rows: Range, *, is_sample: bool = False) -> dict[int, str]:
    """Return row number → why, for every row of the range that must be left alone.

    Of a sample it is not asked whether a row outside it will have written what a row needs.
    """
    plan = context.tables.plan
    found: dict[int, str] = {}

    def collect(why: str, sql: str, params: list[object]) -> None:
        for (number,) in context.rows(sql, params):
            found.setdefault(number, why)

    for info in context.parts:
        if context.has_planned(info, "create"):
            # A name may be borne by several: another row of this file may have given it in between.
            mine = (
                ""
                if info.only_key
                else f" AND NOT EXISTS (SELECT FROM {plan} q WHERE q.id_{info.name} = t.id "
                f"AND q.op_{info.name} IS NOT NULL)"
            )
            collect(
                EXISTS,
                f"SELECT p.number FROM {plan} p WHERE {rows.where()} AND p.op_{info.name} "
                "= 'c' AND EXISTS "
                f"(SELECT FROM {info.table} t WHERE "
                f"{key_match(context, info)}{info.alive('t')}{mine})",
                rows.params,
            )
        if context.has_planned(info, "update"):
            for number, is_missing in context.rows(
                f"SELECT p.number, t.id IS NULL FROM {plan} p LEFT JOIN {info.table} t "
                f"ON t.id = p.id_{info.name}{info.alive('t')} "
                f"WHERE {rows.where()} AND p.op_{info.name} = 'u' "
                f"AND (t.id IS NULL OR {_differs(info)} OR {reactivation.drifted(info)})",
                rows.params,
            ):
                found.setdefault(number, MISSING if is_missing else CHANGED)
            for number in refused_records.drifted(context, info, rows):
                found.setdefault(number, refused_records.DRIFTED.format(info.part.label))
        _taken(context, info, rows, collect)
    for name in context.relations:
        _relation(context, name, rows, collect)
    _unseen(context, rows, collect)
    if not is_sample:
        _dependents(context, rows, found)
    return found


def _taken(context: Context, info: PartInfo, rows: Range, collect: Collect) -> None:
    """Rows that write a value which no two records share, and which another one has by now."""
    written = created_values(context, info)
    for attname in info.part.unique:
        column = connection.ops.quote_name(info.model._meta.get_field(attname).column)
        new = []
        if column in written and context.has_planned(info, "create"):
            new.append((f"p.op_{info.name} = 'c'", written[column]))
        if attname in info.fields and context.has_planned(info, "update"):
            source = info.fields[attname].source
            changes = f"p.op_{info.name} = 'u' AND jsonb_exists(p.changes, '{source}')"
            new.append((changes, plan_value(context, info, attname)))
        label = str(info.model._meta.get_field(attname).verbose_name)
        for condition, value in new:
            collect(
                TAKEN.format(label),
                f"SELECT p.number FROM {context.tables.plan} p JOIN {info.table} t "
                f"ON t.{column} = {value} AND t.id <> p.id_{info.name}{info.alive('t')} "
                f"WHERE {rows.where()} AND {condition} AND {value} <> ''",
                rows.params,
            )


def _relation(context: Context, name: str, rows: Range, collect: Collect) -> None:
    """Rows that name a record which is gone, is called otherwise, or was made by somebody else."""
    relation = context.columns[name].relation
    if relation is None:
        return
    model = apps.get_model(relation.model)
    attnames = {f.attname for f in model._meta.concrete_fields}
    table = connection.ops.quote_name(model._meta.db_table)
    plan, made = context.tables.plan, context.tables.made
    living = alive(model, "t")
    collect(
        GONE,
        f"SELECT p.number FROM {plan} p WHERE {rows.where()} AND p.i_{name} <> '' AND NOT EXISTS "
        f"(SELECT FROM {table} t WHERE t.id = p.i_{name}::uuid{living}) AND NOT EXISTS "
        f"(SELECT FROM {made} m WHERE m.id = p.i_{name}::uuid AND m.outcome = '')",
        rows.params,
    )
    called = " OR ".join(
        f"t.{connection.ops.quote_name(by)} = "
        + ('lower(k.value COLLATE "C")' if by == "email" else "k.value")
        for by in relation.by
    )
    collect(
        RENAMED,
        f"SELECT p.number FROM {plan} p WHERE {rows.where()} AND (p.i_{name}, p.c_{name}) IN ("
        f"SELECT k.id, k.value FROM (SELECT DISTINCT p.i_{name} AS id, p.c_{name} AS value "
        f"FROM {plan} p WHERE {rows.where()} AND p.i_{name} <> '') k "
        f"JOIN {table} t ON t.id = k.id::uuid{living} "
        f"WHERE NOT ({called}) AND NOT EXISTS (SELECT FROM {made} m WHERE m.id = t.id))",
        [*rows.params, *rows.params],
    )
    if name not in context.matching.create_missing:
        return
    called = " OR ".join(f"t.{connection.ops.quote_name(by)} = m.value" for by in relation.by)
    if "slug" in attnames:
        called += " OR t.slug = m.slug"
    collect(
        EXISTS,
        f"SELECT p.number FROM {plan} p WHERE {rows.where()} AND p.i_{name} <> '' "
        f"AND p.i_{name}::uuid IN (SELECT m.id FROM {made} m JOIN {table} t ON ({called}){living} "
        f"WHERE m.relation = '{name}' AND m.outcome = '')",
        rows.params,
    )


def _unseen(context: Context, rows: Range, collect: Collect) -> None:
    """Rows whose records the actor no longer sees: the scope is read again for each chunk."""
    for info in context.parts:
        if scope := scope_literal(info.model, context.actor):
            collect(
                UNSEEN,
                f"SELECT p.number FROM {context.tables.plan} p JOIN {info.table} t "
                f"ON t.id = p.id_{info.name} WHERE {rows.where()} "
                f"AND p.op_{info.name} IS DISTINCT FROM 'c' AND t.id NOT IN ({_escaped(scope)})",
                rows.params,
            )
        if not may_be_new(info.model, context.actor):
            collect(
                UNSEEN,
                f"SELECT p.number FROM {context.tables.plan} p WHERE {rows.where()} "
                f"AND p.op_{info.name} = 'c'",
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
    """Rows whose record another row was to create but did not, or that is no longer the one
    the row names by now."""
    plan = context.tables.plan
    for info in context.parts[:-1]:
        aside = "false"
        if info.part.undo:
            # Who was set aside before the preview has a note there.
            aside = (
                f"({reactivation.is_aside(info)} AND p.problems IS NULL AND NOT "
                f"{reactivation.is_back(info)})"
            )
        sql = (
            f"SELECT p.number, t.id IS NULL, {aside} FROM {plan} p "
            f"LEFT JOIN {info.table} t ON t.id = p.id_{info.name} WHERE {rows.where()} "
            f"AND p.op_{info.name} IS DISTINCT FROM 'c' "
            f"AND (t.id IS NULL OR {aside} OR NOT {key_match(context, info)}) AND NOT EXISTS "
            f"(SELECT FROM {plan} q WHERE {rows.where('q')} AND q.op_{info.name} = 'c' "
            f"AND q.id_{info.name} = p.id_{info.name} AND q.number <> ALL(%s))"
        )
        for number, is_gone, is_aside in context.rows(
            sql, [*rows.params, *rows.params, list(found)]
        ):
            why = ASIDE if is_aside else RENAMED
            if is_gone:
                why = f"The {info.part.label} of this row wasn't written."
            found.setdefault(number, why)
