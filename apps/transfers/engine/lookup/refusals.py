"""Refusals found while planning, in a separate table, so that staging rows are not rewritten."""

from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.engine.context import RunContext
from apps.transfers.engine.schema import drop
from apps.transfers.engine.sql import execute, text, value

_BLANK = SQL("''")


def start(context: RunContext) -> None:
    drop(context.tables.refused)
    execute(
        SQL("CREATE UNLOGGED TABLE {} (number int, cause text, problem jsonb)").format(
            context.tables.refused
        )
    )


def refuse(
    context: RunContext,
    *,
    code: str,
    rows: Composable,
    message: Composable | str,
    column: str = "",
    value: Composable = _BLANK,
    suggestion: Composable = _BLANK,
    row: str = "w",
) -> int:
    """Refuse the rows that `rows` (FROM … WHERE …) selects; return how many.

    `row` is the alias with the row's number. `message` is a sentence, or SQL that builds one;
    `value` and `suggestion` are SQL.
    """
    return execute(
        SQL(
            """
            INSERT INTO {refused} (number, cause, problem)
            SELECT {row}.number, {code}, jsonb_build_object(
                'code', {code}, 'column', {column}, 'message', {message}::text,
                'value', COALESCE(left({value}, 200), ''),
                'suggestion', COALESCE({suggestion}, '')
            ) {rows}
            """
        ).format(
            refused=context.tables.refused,
            row=Identifier(row),
            code=text(code),
            column=text(column),
            message=Literal(message) if isinstance(message, str) else message,
            value=value,
            suggestion=suggestion,
            rows=rows,
        )
    )


def unrefused(context: RunContext, row: str) -> Composable:
    """SQL condition: the row with this alias is not refused so far."""
    return SQL("NOT EXISTS (SELECT FROM {} x WHERE x.number = {}.number)").format(
        context.tables.refused, Identifier(row)
    )


def has_any(context: RunContext) -> bool:
    return bool(value(SQL("SELECT EXISTS (SELECT FROM {})").format(context.tables.refused)))


def count(context: RunContext) -> None:
    """Update the planner's statistics: if it expected no refusals, each row would scan all of them."""
    execute(SQL("ANALYZE {}").format(context.tables.refused))
