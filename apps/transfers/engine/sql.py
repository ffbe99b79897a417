"""SQL of the engine: composed with `psycopg.sql`, and executed as one text.

Values are literals, quoted by the driver like parameters. So a fragment contains its values,
fragments nest in any order, and no text is ever searched for placeholders.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from apps.core.model_meta import column_name

TRUE: Composable = SQL("true")
FALSE: Composable = SQL("false")
NULL: Composable = SQL("NULL")
NOTHING: Composable = SQL("")


def text_of(query: Composable) -> str:
    """Return the statement as PostgreSQL gets it."""
    connection.ensure_connection()
    return query.as_string(connection.connection)


def execute(query: Composable) -> int:
    """Run a statement; return the number of rows that it wrote."""
    with connection.cursor() as cursor:
        _run(cursor, query)
        return int(cursor.rowcount)


def rows(query: Composable) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        _run(cursor, query)
        return list(cursor.fetchall())


def _run(cursor: CursorWrapper, query: Composable) -> None:
    # Pass an empty list of parameters, not none: `pgtrigger.ignore` adds one of its own.
    cursor.execute(_among_placeholders(query), ())


def expression(query: Composable) -> RawSQL:
    """Return a query to be used within one of Django's."""
    return RawSQL(_among_placeholders(query), [])  # noqa: S611  It carries its values quoted.


def _among_placeholders(query: Composable) -> str:
    """Return the statement with doubled percent signs, for a driver that looks for placeholders."""
    return text_of(query).replace("%", "%%")


def value(query: Composable) -> Any:
    """Return the one value that a query finds."""
    return rows(query)[0][0]


def table_of(model: type[Model]) -> Identifier:
    return Identifier(model._meta.db_table)


def column_of(model: type[Model], field: str) -> Identifier:
    return Identifier(column_name(model, field))


def subquery(queryset: QuerySet) -> Composable:
    """Return a queryset's own statement, with its values in it."""
    sql, params = queryset.query.sql_with_params()
    return bound(sql, params)


def bound(sql: str, params: Iterable[Any]) -> Composable:
    """Return a statement that Django has compiled, with its values in it."""
    with connection.cursor() as cursor:
        return SQL(cursor.mogrify(sql, tuple(params)))


def comma(parts: Iterable[Composable]) -> Composed:
    return SQL(", ").join(parts)


def all_of(conditions: Iterable[Composable]) -> Composable:
    """Return a condition that is true where all of them are; where there is none, always."""
    listed = list(conditions)
    return SQL(" AND ").join(listed) if listed else TRUE


def any_of(conditions: Iterable[Composable]) -> Composable:
    """Return a condition, in brackets, that is true where one of them is; where there is none, never."""
    listed = list(conditions)
    return SQL("({})").format(SQL(" OR ").join(listed)) if listed else FALSE


def and_(condition: Composable | None) -> Composable:
    """Return a condition to go behind another one; None adds nothing."""
    return NOTHING if condition is None else SQL(" AND {}").format(condition)


def one_of(numbers: Iterable[int]) -> Composable:
    """Return an array of row numbers, to go behind `= ANY` or `<> ALL`."""
    return SQL("{}::int[]").format(Literal(sorted(numbers)))


def text(value: str) -> Composable:
    """Return a literal whose type PostgreSQL need not guess."""
    return SQL("{}::text").format(Literal(value))


def has_trash(model: type[Model]) -> bool:
    return any(field.attname == "deleted_at" for field in model._meta.concrete_fields)


def alive(model: type[Model], alias: str) -> Composable:
    """SQL after a condition: the record is not in the trash, if its model has one."""
    if not has_trash(model):
        return NOTHING
    return SQL(" AND {} IS NULL").format(Identifier(alias, "deleted_at"))
