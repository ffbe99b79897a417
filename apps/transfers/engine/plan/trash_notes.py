"""Says in a plan's rows that a record of the trash has the value that a new record is given.

No refusal, as in the form: the value is free among the living. But what is in the trash can then be
restored only under another one, and nobody should learn that afterward.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection

from apps.core.trash_names import telling_field, trash_constraints
from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.resolve import slugs
from apps.transfers.engine.tables import has_trash

NOTE = "in_trash"
_FOUND = "trash_notes_found"


def write(context: Context) -> None:
    """Write a note into each row that gives a record a value of one in the trash; one row per made record."""
    for sql, model, field in _asked(context):
        table = connection.ops.quote_name(model._meta.db_table)
        if not context.rows(f"SELECT EXISTS (SELECT FROM {table} WHERE deleted_at IS NOT NULL)")[0][
            0
        ]:
            continue
        label, noun = str(field.verbose_name), str(model._meta.verbose_name)
        context.execute(
            f"""
            UPDATE {context.tables.plan} p
            SET problems = COALESCE(p.problems, '[]'::jsonb) || jsonb_build_array(jsonb_build_object(
                'code', '{NOTE}', 'column', '', 'value', '', 'suggestion', '',
                'model', %s::text, 'record', k.dead::text, 'message', format(%s, k.value)))
            FROM ({sql}) k WHERE p.number = k.number
            """,
            [
                model._meta.label,
                f"The {label} “%s” is also that of {_a(noun)} in the trash, which can be restored only "
                f"under another {label} as long as this one has it.",
            ],
        )


def impact(context: Context) -> dict[str, Any] | None:
    """Return the sentence of the blast radius."""
    if not list(_asked(context)):
        return None
    number = context.rows(
        f"SELECT count(*) FROM {context.tables.plan} WHERE verdict IN ('create', 'update') "
        f"AND problems IS NOT NULL AND problems @> %s::jsonb",
        [f'[{{"code": "{NOTE}"}}]'],
    )[0][0]
    if not number:
        return None
    rows = "1 row gives" if number == 1 else f"{number:,} rows give"
    return {
        "code": NOTE,
        "number": number,
        "sentence": f"{rows} a record what one in the trash has as well; the rows say which.",
        "must_type": False,
        "needs_second_person": False,
    }


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def _asked(context: Context) -> Iterator[tuple[str, Any, Any]]:
    """Yield SQL of (number, dead, value), with the model and the field that it is about."""
    for info in context.parts:
        if not has_trash(info.model):
            continue
        for constraint in trash_constraints(info.model):
            told = telling_field(info.model, constraint)
            for sql in (_created(context, info, constraint), _changed(context, info, constraint)):
                if sql:
                    yield sql, info.model, told
    for name in context.matching.create_missing:
        relation = context.columns[name].relation if name in context.relations else None
        model: Any = apps.get_model(relation.model) if relation else None
        if model is None or not has_trash(model):
            continue
        for constraint in trash_constraints(model):
            if list(constraint.fields) == ["slug"]:
                yield _made(context, name, model), model, telling_field(model, constraint)


def _created(context: Context, info: PartInfo, constraint: Any) -> str:
    values = {}
    for name in constraint.fields:
        field = info.model._meta.get_field(name)
        value = _value(context, info, field.attname)
        if not value:
            return ""
        values[connection.ops.quote_name(field.column)] = value
    told = values[connection.ops.quote_name(telling_field(info.model, constraint).column)]
    same = " AND ".join(f"dead.{column} = {value}" for column, value in values.items())
    return (
        f"SELECT DISTINCT ON (p.number) p.number, dead.id AS dead, {told} AS value "
        f"FROM {context.tables.plan} p JOIN {info.table} dead ON {same} "
        f"WHERE p.op_{info.name} = 'c' AND p.verdict IN ('create', 'update') "
        f"AND dead.deleted_at IS NOT NULL AND {told} <> '' ORDER BY p.number, dead.deleted_at DESC"
    )


def _value(context: Context, info: PartInfo, attname: str) -> str:
    """Return SQL over a row `p` of the plan of what a new record of the part is given; "" for nothing."""
    made = f"p.d_{info.name}_{attname}" if attname in slugs.made_columns(context, info) else ""
    field = info.fields.get(attname)
    if field is None:
        return made
    if field.part:
        return f"p.id_{field.part}"
    if field.source in context.relations:
        return f"NULLIF(p.i_{field.source}, ''){field.cast}"
    given = field.value(f"p.c_{field.source}")
    return f"COALESCE(NULLIF({given}, ''), {made})" if made else given


def _changed(context: Context, info: PartInfo, constraint: Any) -> str:
    """The same of a record that is there and is given another value."""
    told = telling_field(info.model, constraint)
    field = info.fields.get(told.attname)
    if field is None or not field.is_given:
        return ""
    column, after = field.column, field.value(f"p.changes->'{field.source}'->>1")
    others = [
        connection.ops.quote_name(info.model._meta.get_field(name).column)
        for name in constraint.fields
        if info.model._meta.get_field(name) != told
    ]
    same = "".join(f" AND dead.{other} = t.{other}" for other in others)
    return (
        f"SELECT DISTINCT ON (p.number) p.number, dead.id AS dead, {after} AS value "
        f"FROM {context.tables.plan} p JOIN {info.table} t ON t.id = p.id_{info.name} "
        f"JOIN {info.table} dead ON dead.{column} = {after}{same} "
        f"WHERE p.op_{info.name} = 'u' AND jsonb_exists(p.changes, '{field.source}') "
        f"AND dead.deleted_at IS NOT NULL AND {after} <> '' ORDER BY p.number, dead.deleted_at DESC"
    )


def _made(context: Context, relation: str, model: Any) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    return (
        f"SELECT DISTINCT ON (m.number) m.number, dead.id AS dead, m.slug AS value "
        f"FROM {context.tables.made} m JOIN {table} dead ON dead.slug = m.slug "
        f"WHERE m.relation = '{relation}' AND dead.deleted_at IS NOT NULL "
        f"ORDER BY m.number, dead.deleted_at DESC"
    )
