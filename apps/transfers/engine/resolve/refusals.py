"""Refusals that planning finds: a side table, so that no row of the staging table is written again."""

from collections.abc import Sequence
from typing import Any

from apps.transfers.engine.context import Context


def start(context: Context) -> None:
    table = context.tables.refused
    context.execute(f"DROP TABLE IF EXISTS {table}")
    context.execute(f"CREATE UNLOGGED TABLE {table} (number int, cause text, problem jsonb)")


def refuse(
    context: Context,
    *,
    code: str,
    column: str,
    rows: str,
    message: str = "",
    text: str = "",
    value: str = "''",
    suggestion: str = "''",
    number: str = "s.number",
    params: Sequence[Any] = (),
    row_params: Sequence[Any] = (),
) -> int:
    """Refuse the rows that `rows` (FROM … WHERE …) selects; return how many.

    `message`, `value` and `suggestion` are SQL, with `params` for the message; `text` is a plain message instead.
    """
    if text:
        message, params = "%s", [text]
    return context.execute(
        f"""
        INSERT INTO {context.tables.refused} (number, cause, problem)
        SELECT {number}, %s, jsonb_build_object(
            'code', %s::text, 'column', %s::text, 'message', {message}::text,
            'value', COALESCE(left({value}, 200), ''), 'suggestion', COALESCE({suggestion}, '')
        ) {rows}
        """,
        [code, code, column, *params, *row_params],
    )


def unrefused(context: Context, alias: str) -> str:
    """SQL condition: no refusal of this row so far."""
    return f"NOT EXISTS (SELECT FROM {context.tables.refused} x WHERE x.number = {alias}.number)"


def count(context: Context) -> None:
    """Tell the planner how many rows are refused: taken for none, each row would look through all."""
    context.execute(f"ANALYZE {context.tables.refused}")
