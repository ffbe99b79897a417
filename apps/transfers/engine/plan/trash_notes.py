"""Adds notes to a plan's rows: a record in the trash has the value that a new record gets.

As in the form, this is not a refusal: the value is free among live records. But the record in the
trash can then be restored only under another one, and nobody should learn that afterward.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import UniqueConstraint
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.core.trash.unique_values import telling_field, trash_constraints
from apps.transfers.declarations import Relation
from apps.transfers.engine.context import PartInfo, RunContext
from apps.transfers.engine.lookup import slugs
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import (
    NOTHING,
    all_of,
    column_of,
    execute,
    has_trash,
    table_of,
    text,
    value,
)

NOTE = "in_trash"
_PLAN = PlanRow("p")


def write(context: RunContext) -> None:
    """Write a note into each row that gives a record a value of one in the trash; one row per new
    related record.
    """
    for found, model, field in _asked(context):
        trashed = SQL("SELECT EXISTS (SELECT FROM {} WHERE deleted_at IS NOT NULL)")
        if not value(trashed.format(table_of(model))):
            continue
        label, noun = str(field.verbose_name), str(model._meta.verbose_name)
        message = (
            f"The {label} “%s” is also that of {_a(noun)} in the trash. To restore that record, "
            f"you will need to choose another {label} for it."
        )
        execute(
            SQL(
                """
                UPDATE {plan} p
                SET problems = COALESCE(p.problems, '[]'::jsonb) || jsonb_build_array(jsonb_build_object(
                    'code', {code}, 'column', '', 'value', '', 'suggestion', '',
                    'model', {model}, 'record', k.dead::text, 'message', format({message}, k.value)))
                FROM ({found}) k WHERE p.number = k.number
                """
            ).format(
                plan=context.tables.plan,
                code=text(NOTE),
                model=text(model._meta.label),
                message=Literal(message),
                found=found,
            )
        )


def impact(context: RunContext) -> dict[str, Any] | None:
    """Return the sentence of the blast radius."""
    if not list(_asked(context)):
        return None
    number = value(
        SQL(
            "SELECT count(*) FROM {} WHERE verdict IN ('create', 'update') "
            "AND problems IS NOT NULL AND problems @> {}::jsonb"
        ).format(context.tables.plan, Literal(f'[{{"code": "{NOTE}"}}]'))
    )
    if not number:
        return None
    rows = "1 row gives" if number == 1 else f"{number:,} rows give"
    return {
        "code": NOTE,
        "number": number,
        "sentence": f"{rows} a record what one in the trash has as well; the rows say which.",
        "must_type": False,
    }


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def _asked(context: RunContext) -> Iterator[tuple[Composable, Any, Any]]:
    """Yield SQL of (number, dead, value), with the model and the field that it is about."""
    for info in context.parts:
        if not has_trash(info.model):
            continue
        for constraint in trash_constraints(info.model):
            described = telling_field(info.model, constraint)
            for found in (_created(context, info, constraint), _changed(context, info, constraint)):
                if found is not None:
                    yield found, info.model, described
    for name in context.matching.create_missing:
        relation = context.columns[name].relation if name in context.relations else None
        model: Any = apps.get_model(relation.model) if relation else None
        if relation is None or not relation.slug or not has_trash(model):
            continue
        for constraint in trash_constraints(model):
            if list(constraint.fields) == [relation.slug]:
                yield _made(context, name, relation), model, telling_field(model, constraint)


def _created(
    context: RunContext, info: PartInfo, constraint: UniqueConstraint
) -> Composable | None:
    values: dict[str, Composable] = {}
    for name in constraint.fields:
        field = info.model._meta.get_field(name)
        given = _value(context, info, field.attname)
        if given is None:
            return None
        values[field.column] = given
    return SQL(
        "SELECT DISTINCT ON (p.number) p.number, dead.id AS dead, {told} AS value "
        "FROM {plan} p JOIN {live} dead ON {same} "
        "WHERE {creates} AND p.verdict IN ('create', 'update') "
        "AND dead.deleted_at IS NOT NULL AND {told} <> '' ORDER BY p.number, dead.deleted_at DESC"
    ).format(
        told=values[telling_field(info.model, constraint).column],
        plan=context.tables.plan,
        live=info.table,
        same=all_of(
            SQL("dead.{} = {}").format(Identifier(column), given)
            for column, given in values.items()
        ),
        creates=_PLAN.creates(info.name),
    )


def _value(context: RunContext, info: PartInfo, attname: str) -> Composable | None:
    """Return SQL over a row `p` of the plan of what a new record of the part is given; None for nothing."""
    made = None
    if attname in slugs.made_columns(context, info):
        made = _PLAN.derived(info.name, attname)
    field = info.fields.get(attname)
    if field is None:
        return made
    if field.part:
        return _PLAN.id(field.part)
    if field.source in context.relations:
        return field.cast_to(SQL("NULLIF({}, '')").format(_PLAN.related(field.source)))
    given = field.value(_PLAN.cell(field.source))
    return SQL("COALESCE(NULLIF({}, ''), {})").format(given, made) if made else given


def _changed(
    context: RunContext, info: PartInfo, constraint: UniqueConstraint
) -> Composable | None:
    """The same for an existing record that gets another value."""
    described = telling_field(info.model, constraint)
    field = info.fields.get(described.attname)
    if field is None or not field.is_given:
        return None
    others = [
        column_of(info.model, name)
        for name in constraint.fields
        if info.model._meta.get_field(name) != described
    ]
    return SQL(
        "SELECT DISTINCT ON (p.number) p.number, dead.id AS dead, {after} AS value "
        "FROM {plan} p JOIN {live} t ON t.id = {key} "
        "JOIN {live} dead ON dead.{column} = {after}{same} "
        "WHERE {updates} AND {changes} "
        "AND dead.deleted_at IS NOT NULL AND {after} <> '' ORDER BY p.number, dead.deleted_at DESC"
    ).format(
        after=field.value(_PLAN.after(field.source)),
        plan=context.tables.plan,
        live=info.table,
        key=_PLAN.id(info.name),
        column=field.column,
        same=NOTHING
        if not others
        else SQL("").join(SQL(" AND dead.{0} = t.{0}").format(other) for other in others),
        updates=_PLAN.updates(info.name),
        changes=_PLAN.changes_column(field.source),
    )


def _made(context: RunContext, name: str, relation: Relation) -> Composable:
    model = apps.get_model(relation.model)
    return SQL(
        "SELECT DISTINCT ON (m.number) m.number, dead.id AS dead, m.derived_slug AS value "
        "FROM {made} m JOIN {live} dead ON dead.{slug} = m.derived_slug "
        "WHERE m.relation = {name} AND dead.deleted_at IS NOT NULL "
        "ORDER BY m.number, dead.deleted_at DESC"
    ).format(
        made=context.tables.made,
        live=table_of(model),
        slug=column_of(model, relation.slug),
        name=Literal(name),
    )
