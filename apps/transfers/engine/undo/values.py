"""SQL about the records of a run: what it wrote, what is unchanged, and who refers to them now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.engine.apply.values import Values, created_values
from apps.transfers.engine.context import PartField, PartInfo, RunContext
from apps.transfers.engine.ranges import UndoRange
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import (
    FALSE,
    NOTHING,
    NULL,
    alive,
    any_of,
    column_of,
    one_of,
    table_of,
)

# The columns that the trash sets; whether a record is live is checked separately.
_BOOKKEEPING = {"deleted_at", "deleted_by_id", "trash_id"}
_PLAN, _OTHER = PlanRow("p"), PlanRow("q")


def differs(model: type[models.Model], written: Values) -> Composable:
    """SQL condition: a record `t` differs from what an insert of `written` left.

    All columns count whose inserted value is known, including those that the file did not have.
    """
    history = getattr(model, "history", None)
    watched = {f.attname for f in history.model._meta.concrete_fields} if history else None
    found = []
    for field in model._meta.concrete_fields:
        if field.primary_key or field.generated or field.attname in _BOOKKEEPING:
            continue
        if watched is not None and field.attname not in watched:
            continue
        column = str(field.column)
        value = written.get(column) or _left_alone(field)
        if value is not None:
            found.append(SQL("t.{} IS DISTINCT FROM {}").format(Identifier(column), value))
    return any_of(found)


def _left_alone(field: models.Field) -> Composable | None:
    """Return SQL of what an insert leaves in a column that it does not give; None where time tells."""
    if not field.has_db_default():
        return NULL if field.null else None
    default = field.db_default
    if isinstance(default, models.Value):
        default = default.value
    if hasattr(default, "resolve_expression"):
        return None
    return Literal(field.get_db_prep_save(default, connection))


def differs_from_created(context: RunContext, info: PartInfo) -> Composable:
    return differs(info.model, created_values(context, info))


@dataclass(frozen=True)
class FieldBack:
    """A field of a changed record that an undo reverts, as SQL over its row `p` and the record `t`."""

    field: PartField
    is_changed: Composable  # The run changed it.
    is_mine: Composable  # It did, and nobody has since.
    before: Composable  # What it held before.
    is_back: Composable  # It holds that again.
    taken: Composable | None  # Another record has that unique value now; None if it is not unique.


def fields_back(context: RunContext, info: PartInfo) -> list[FieldBack]:
    return [_field_back(context, info, field) for field in info.given]


def _field_back(context: RunContext, info: PartInfo, field: PartField) -> FieldBack:
    before: Composable = _PLAN.before(field.source)
    if field.cast:
        before = field.cast_to(before)
    elif not field.nullable:
        before = SQL("COALESCE({}, '')").format(before)
    after = field.value(_PLAN.after(field.source))
    if field.source in context.relations:
        after = field.cast_to(SQL("NULLIF({}, '')").format(_PLAN.related(field.source)))
    is_changed = _PLAN.changes_column(field.source)
    taken = None
    if field.attname in info.part.unique:
        taken = SQL(
            "({before} <> '' AND EXISTS (SELECT FROM {live} o WHERE {held} = {before} "
            "AND o.id <> t.id{alive}))"
        ).format(before=before, live=info.table, held=field.of("o"), alive=info.alive("o"))
    now = field.of("t")
    return FieldBack(
        field=field,
        is_changed=is_changed,
        is_mine=SQL("({} AND {} IS NOT DISTINCT FROM {})").format(is_changed, now, after),
        before=before,
        is_back=SQL("({} IS NOT DISTINCT FROM {})").format(now, before),
        taken=taken,
    )


@dataclass(frozen=True)
class RecordsToRemove:
    """The records of a run that an undo removes: those of `rows`, except the `staying` ones of a part."""

    rows: UndoRange
    staying: Mapping[str, list[int]]

    def sql(self, context: RunContext, part: str) -> Composable:
        """SQL after a condition: the record `c` of a part is not one of them."""
        return SQL(
            " AND NOT EXISTS (SELECT FROM {plan} q WHERE {key} = c.id AND {creates} AND {rows} "
            "AND q.number <> ALL({staying}))"
        ).format(
            plan=context.tables.plan,
            key=_OTHER.id(part),
            creates=_OTHER.creates(part),
            rows=self.rows.where("q"),
            staying=one_of(self.staying.get(part, [])),
        )


def used_elsewhere(
    context: RunContext, model: type[models.Model], *, without: RecordsToRemove | None = None
) -> Composable:
    """SQL condition: another record refers to the record `t`, or it is used in another way (a
    person has signed in). Records in `without`, which will be removed, do not count.
    """
    conditions: list[Composable] = []
    own = {info.model: info for info in context.parts}
    relations: Iterable[Any] = model._meta.related_objects
    for relation in relations:
        child = relation.related_model
        if hasattr(child, "instance_type"):
            continue
        if relation.many_to_many:
            through, column = relation.through, relation.field.m2m_reverse_name()
        elif relation.field.concrete:
            through, column = child, relation.field.column
        else:
            continue
        extra: Composable = NOTHING
        if not relation.many_to_many:
            extra = alive(child, "c")
            if without is not None and child in own:
                extra += without.sql(context, own[child].name)
        conditions.append(
            SQL("EXISTS (SELECT FROM {} c WHERE c.{} = t.id{})").format(
                table_of(through), Identifier(column), extra
            )
        )
    if model in own:
        conditions += [_is_set(model, name) for name in own[model].part.used_when]
    return any_of(conditions) if conditions else FALSE


def _is_set(model: type[models.Model], name: str) -> Composable:
    """SQL condition: the field of a record `t` has a value; for a boolean, true."""
    field = model._meta.get_field(name)
    column = SQL("t.{}").format(column_of(model, name))
    return (
        column if isinstance(field, models.BooleanField) else SQL("{} IS NOT NULL").format(column)
    )
