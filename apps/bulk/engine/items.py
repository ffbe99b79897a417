"""Writes what became of the items of a chunk, and reads what the records hold, in SQL."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models
from django.db.models import Case, F, QuerySet, TextField, Value, When
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.bulk.actions import BulkAction
from apps.bulk.engine.versions import version_of
from apps.bulk.models import BulkItem
from apps.core.model_meta import concrete_model, model_field


def note_items(items: Mapping[int, str], outcome: str) -> None:
    """Give items an outcome, each with its own note, in one statement."""
    if not items:
        return
    by_note: dict[str, list[int]] = {}
    for pk, note in items.items():
        by_note.setdefault(note, []).append(pk)
    told = Case(
        *(When(pk__in=keys, then=Value(note)) for note, keys in by_note.items()),
        default=F("note"),
        output_field=TextField(),
    )
    BulkItem.objects.filter(pk__in=list(items)).update(outcome=outcome, note=told)


def keep_before(action: BulkAction, items: Iterable[int]) -> None:
    """Store the values that the action is about to overwrite."""
    columns = [_column(action, name) for name in action.changes]
    pairs = SQL(", ").join(
        SQL("{}, t.{}").format(Literal(column), Identifier(column)) for column in columns
    )
    _execute(
        SQL(
            "UPDATE bulk_bulkitem i SET before = jsonb_build_object({}) FROM {} t "
            "WHERE t.{} = i.key AND i.id = ANY({})"
        ).format(pairs, _table(action.records), _pk(action.records), Literal(list(items)))
    )


def mark_changed(action: BulkAction, items: Iterable[int]) -> None:
    """Say that the action has changed these, and remember what it left."""
    if action.deletes:
        done = BulkItem.objects.filter(pk__in=list(items))
        done.update(outcome=BulkItem.Outcome.CHANGED, note="", version=None)
        return
    _set_outcome(action.records, items, BulkItem.Outcome.CHANGED)


def restore_before(action: BulkAction, items: Iterable[int]) -> None:
    """Give the records of these items back what the action has overwritten."""
    sets = SQL(", ").join(_back(action, name) for name in action.changes)
    _execute(
        SQL("UPDATE {} t SET {} FROM bulk_bulkitem i WHERE t.{} = i.key AND i.id = ANY({})").format(
            _table(action.records), sets, _pk(action.records), Literal(list(items))
        )
    )


def mark_undone(items: Iterable[int]) -> None:
    BulkItem.objects.filter(pk__in=list(items)).update(outcome=BulkItem.Outcome.UNDONE, note="")


def versions(records: QuerySet[Any]) -> dict[Any, int]:
    """Return the versions of records by key."""
    found = records.order_by().annotate(bulk_version=version_of(records.model))
    return dict(found.values_list("pk", "bulk_version"))


def check_constraints() -> None:
    """Check deferred constraints now: at the commit, one record would refuse the whole chunk."""
    _execute(SQL("SET CONSTRAINTS ALL IMMEDIATE"))
    _execute(SQL("SET CONSTRAINTS ALL DEFERRED"))


def _set_outcome(model: type[models.Model], items: Iterable[int], outcome: str) -> None:
    keys = list(items)
    left = model._base_manager.filter(pk__in=BulkItem.objects.filter(pk__in=keys).values("key"))
    sql, params = (
        left.order_by()
        .annotate(bulk_version=version_of(model))
        .values_list("pk", "bulk_version")
        .query.sql_with_params()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bulk_bulkitem i SET outcome = %s, note = '', version = now.version "  # noqa: S608
            f"FROM ({sql}) AS now(key, version) WHERE now.key = i.key AND i.id = ANY(%s)",
            [outcome, *params, keys],
        )


def _back(action: BulkAction, name: str) -> Composable:
    """SQL that sets a column to its earlier value, which JSON keeps as text."""
    field: Any = model_field(action.records, name)
    return SQL("{column} = (i.before->>{name})::{type}").format(
        column=Identifier(field.column),
        name=Literal(field.column),
        type=SQL(field.db_type(connection)),
    )


def _column(action: BulkAction, name: str) -> str:
    return str(model_field(action.records, name).column)


def _table(model: type[models.Model]) -> Identifier:
    return Identifier(concrete_model(model)._meta.db_table)


def _pk(model: type[models.Model]) -> Identifier:
    return Identifier(str(concrete_model(model)._meta.pk.column))


def _execute(statement: Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
