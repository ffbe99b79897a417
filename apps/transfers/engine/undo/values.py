"""SQL about the records of a run: what it wrote, what is still so, and who leans on them by now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from apps.transfers.engine.apply.writing import created_values, literal
from apps.transfers.engine.context import Context, PartField, PartInfo
from apps.transfers.engine.tables import alive

# What the trash sets; whether a record is alive is asked by itself.
_BOOKKEEPING = {"deleted_at", "deleted_by_id", "trash_id"}


def differs(model: Any, written: Mapping[str, str], alias: str = "t") -> str:
    """SQL condition: a record is not any more what an insert of `written` (quoted column → SQL) left.

    Every column counts whose value at that moment is known, also those that the file did not have.
    """
    history = getattr(model, "history", None)
    watched = {f.attname for f in history.model._meta.concrete_fields} if history else None
    found = []
    for field in model._meta.concrete_fields:
        if field.primary_key or field.generated or field.attname in _BOOKKEEPING:
            continue
        if watched is not None and field.attname not in watched:
            continue
        column = connection.ops.quote_name(field.column)
        value = written.get(column) or _left_alone(field)
        if value is not None:
            found.append(f"{alias}.{column} IS DISTINCT FROM {value}")
    return " OR ".join(found) or "false"


def _left_alone(field: Any) -> str | None:
    """Return SQL of what an insert leaves in a column that it does not give; None where time tells."""
    if not field.has_db_default():
        return "NULL" if field.null else None
    default = field.db_default
    if isinstance(default, models.Value):
        default = default.value
    if hasattr(default, "resolve_expression"):
        return None
    return literal(field.get_db_prep_save(default, connection))


def differs_from_created(context: Context, info: PartInfo) -> str:
    return differs(info.model, created_values(context, info))


@dataclass(frozen=True)
class FieldBack:
    """A field of a changed record on its way back, as SQL over its row `p` and the record `t`."""

    field: PartField
    is_changed: str  # The run changed it.
    is_mine: str  # It did, and nobody has since.
    before: str  # What it held before.
    is_back: str  # It holds that again.
    taken: str  # Another record has that by now, and no two may; "" where they may.


def fields_back(context: Context, info: PartInfo) -> list[FieldBack]:
    found = []
    for field in info.fields.values():
        if not field.is_given:
            continue
        before = f"p.changes->'{field.source}'->>0"
        if field.cast:
            before = f"({before}){field.cast}"
        elif not field.nullable:
            before = f"COALESCE({before}, '')"
        after = field.value(f"p.changes->'{field.source}'->>1")
        if field.source in context.relations:
            after = f"NULLIF(p.i_{field.source}, ''){field.cast}"
        is_changed = f"jsonb_exists(p.changes, '{field.source}')"
        taken = ""
        if field.attname in info.part.unique:
            taken = (
                f"({before} <> '' AND EXISTS (SELECT FROM {info.table} o WHERE o.{field.column} = "
                f"{before} AND o.id <> t.id{info.alive('o')}))"
            )
        is_mine = f"({is_changed} AND t.{field.column} IS NOT DISTINCT FROM {after})"
        is_back = f"(t.{field.column} IS NOT DISTINCT FROM {before})"
        found.append(FieldBack(field, is_changed, is_mine, before, is_back, taken))
    return found


@dataclass(frozen=True)
class Leaving:
    """The records of a run that an undo takes away: those of `rows`, but for the `staying` ones of a part."""

    rows: Any
    staying: Mapping[str, list[int]]

    def sql(self, context: Context, part: str) -> tuple[str, list[Any]]:
        """SQL condition, with its parameters: the record `c` of a part is not one of them."""
        return (
            f" AND NOT EXISTS (SELECT FROM {context.tables.plan} q WHERE q.id_{part} = c.id "
            f"AND q.op_{part} = 'c' AND {self.rows.where('q')} AND q.number <> ALL(%s))",
            [*self.rows.params, self.staying.get(part, [])],
        )


def used_elsewhere(
    context: Context, model: Any, alias: str, *, without: Leaving | None = None
) -> tuple[str, list[Any]]:
    """SQL condition, with its parameters: another record refers to this one. What leaves `without`
    does not count.

    For a person also a sign-in, and any right in the back office: they are no mere row of a roster.
    """
    conditions: list[str] = []
    params: list[Any] = []
    own = {info.model: info for info in context.parts}
    for relation in model._meta.related_objects:
        child = relation.related_model
        if hasattr(child, "instance_type"):
            continue
        if relation.many_to_many:
            through = connection.ops.quote_name(relation.through._meta.db_table)
            column = connection.ops.quote_name(relation.field.m2m_reverse_name())
            conditions.append(f"EXISTS (SELECT FROM {through} c WHERE c.{column} = {alias}.id)")
            continue
        if not relation.field.concrete:
            continue
        table = connection.ops.quote_name(child._meta.db_table)
        column = connection.ops.quote_name(relation.field.column)
        extra = alive(child, "c")
        if without is not None and child in own:
            sql, own_params = without.sql(context, own[child].name)
            extra += sql
            params += own_params
        conditions.append(f"EXISTS (SELECT FROM {table} c WHERE c.{column} = {alias}.id{extra})")
    attnames = {f.attname for f in model._meta.concrete_fields}
    if "last_login" in attnames:
        conditions.append(f"{alias}.last_login IS NOT NULL")
    if "is_staff" in attnames:
        conditions.append(f"{alias}.is_staff")
    return " OR ".join(conditions) or "false", params
