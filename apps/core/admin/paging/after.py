"""The condition that a row stands after a place in an order."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Func

from apps.core.admin.paging.order import Key

# A piece of SQL and its parameters.
type Sql = tuple[str, tuple[Any, ...]]


class After(Func):
    """Rows after some values of an order's keys; with `inclusive`, the row with these values as well.

    Where all keys go the same way and always have a value, it is a comparison of rows, which an index
    on the keys answers from the place on.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(
        self, keys: Sequence[Key], values: Sequence[Any], *, inclusive: bool = False
    ) -> None:
        super().__init__(*(key.expression for key in keys))
        self.keys = tuple(keys)
        self.values = tuple(values)
        self.inclusive = inclusive

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        columns = [compiler.compile(each) for each in self.get_source_expressions()]
        given: list[Sql] = [(sql, tuple(params)) for sql, params in columns]
        sql, params = after_sql(self.keys, given, self.values, inclusive=self.inclusive)
        return sql, params


def after_sql(
    keys: Sequence[Key], columns: Sequence[Sql], values: Sequence[Any], *, inclusive: bool = False
) -> Sql:
    prepared = [_prepared(key, value) for key, value in zip(keys, values, strict=True)]
    if len({key.descending for key in keys}) == 1 and not any(
        key.nullable or value is None for key, value in zip(keys, prepared, strict=True)
    ):
        sign = ("<" if keys[0].descending else ">") + ("=" if inclusive else "")
        names = ", ".join(sql for sql, _ in columns)
        marks = ", ".join(["%s"] * len(keys))
        params = tuple(param for _, given in columns for param in given)
        return f"({names}) {sign} ({marks})", (*params, *prepared)
    return _step_by_step(keys, columns, prepared, inclusive)


def _step_by_step(
    keys: Sequence[Key], columns: Sequence[Sql], values: Sequence[Any], inclusive: bool
) -> Sql:
    """Return the condition for orders that no comparison of rows can express."""
    parts: list[str] = []
    params: list[Any] = []
    equal: list[Sql] = []
    for key, column, value in zip(keys, columns, values, strict=True):
        further = _further(key, column, value)
        if further is not None:
            for _sql, given in (*equal, further):
                params += given
            parts.append("(" + " AND ".join(sql for sql, _ in (*equal, further)) + ")")
        equal.append(_equal(column, value))
    if inclusive:
        parts.append("(" + " AND ".join(sql for sql, _ in equal) + ")")
        for _, given in equal:
            params += given
    return f"({' OR '.join(parts) or 'false'})", tuple(params)


def _further(key: Key, column: Sql, value: Any) -> Sql | None:
    name, params = column
    if value is None:
        return (f"{name} IS NOT NULL", params) if key.nulls_first else None
    sql, given = f"{name} {'<' if key.descending else '>'} %s", (*params, value)
    if key.nullable and not key.nulls_first:
        return f"({sql} OR {name} IS NULL)", (*given, *params)
    return sql, given


def _equal(column: Sql, value: Any) -> Sql:
    name, params = column
    return (f"{name} IS NULL", params) if value is None else (f"{name} = %s", (*params, value))


def _prepared(key: Key, value: Any) -> Any:
    return value if key.field is None else key.field.get_db_prep_value(value, connection)
