"""SQL of a planned row's values, and of the key that identifies its record."""

from collections.abc import Collection

from django.db import connection
from django.db.models import Model
from django.db.models.fields import NOT_PROVIDED
from psycopg.sql import SQL, Composable, Literal

from apps.core.model_meta import column_name
from apps.transfers.declarations import Relation
from apps.transfers.engine.context import PartInfo, RunContext
from apps.transfers.engine.lookup import slugs
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import NULL, all_of, any_of

_PLAN = PlanRow("p")

# Column of the live table → SQL of its new value.
type Values = dict[str, Composable]


def plan_value(context: RunContext, info: PartInfo, attname: str) -> Composable:
    """SQL of the value that row `p` of the plan gives to a field."""
    field = info.fields[attname]
    if field.part:
        return _PLAN.id(field.part)
    if field.source in context.relations:
        return field.cast_to(SQL("NULLIF({}, '')").format(_PLAN.related(field.source)))
    return field.value(_PLAN.cell(field.source))


def key_match(context: RunContext, info: PartInfo) -> Composable:
    """SQL condition: a living record `t` has the key of a planned creation `p`."""
    cases: list[Composable] = []
    # The first alternative key that the row gives in full is its key.
    earlier: list[Composable] = []
    keys = info.usable_keys()
    for key in keys:
        same = all_of(
            SQL("{} = {}").format(info.fields[name].of("t"), plan_value(context, info, name))
            for name in key
        )
        if len(keys) == 1:
            return SQL("({})").format(same)
        filled = all_of(
            SQL("{} <> ''").format(_PLAN.cell(info.fields[name].source)) for name in key
        )
        cases.append(SQL("({})").format(all_of([same, filled, *earlier])))
        earlier.append(SQL("NOT COALESCE({}, false)").format(filled))
    return any_of(cases)


def created_values(context: RunContext, info: PartInfo) -> Values:
    """Return the values of a new record, for a row `p` of the plan."""
    model = info.model
    values: Values = {"id": _PLAN.id(info.name)}
    for attname, field in info.fields.items():
        value = plan_value(context, info, attname)
        column = context.columns.get(field.source)
        if column is not None and not field.nullable:
            fallback = column.initial or field.default
            if fallback != "" or not field.cast:
                value = SQL("COALESCE({}, {})").format(value, Literal(fallback))
        values[field.column.name] = value
    for attname in slugs.made_columns(context, info):
        given: Composable = NULL
        if attname in info.fields:
            given = SQL("NULLIF({}, '')").format(_PLAN.cell(info.fields[attname].source))
        values[_column(model, attname)] = SQL("COALESCE({}, {})").format(
            given, _PLAN.derived(info.name, attname)
        )
    for attname, constant in info.part.constants.items():
        values[_column(model, attname)] = Literal(constant)
    return values | _defaults(model, values)


def made_values(model: type[Model], relation: Relation) -> Values:
    """Return the values of a related record, for a row `m` of the made records."""
    values: Values = {
        "id": SQL("m.id"),
        _column(model, relation.create): SQL("m.value"),
    }
    if relation.slug:
        values[_column(model, relation.slug)] = SQL("m.derived_slug")
    return values | _defaults(model, values)


def _column(model: type[Model], field: str) -> str:
    return column_name(model, field)


def _defaults(model: type[Model], given: Collection[str]) -> Values:
    """Return the values that an insert needs besides `given`, and that have no database default."""
    found: Values = {}
    for field in model._meta.concrete_fields:
        if field.column in given or field.primary_key or field.generated:
            continue
        if field.has_db_default() or field.null:
            continue
        default = field.get_default() if field.default is not NOT_PROVIDED else None
        if default is None and field.empty_strings_allowed:
            default = ""
        found[str(field.column)] = Literal(field.get_db_prep_save(default, connection))
    return found
