"""Refuses all rows that contradict each other about one record."""

from psycopg.sql import SQL, Composable, Literal

from apps.transfers.engine.context import PartField, PartInfo, RunContext
from apps.transfers.engine.lookup.refusals import unrefused
from apps.transfers.engine.resolve import parts
from apps.transfers.engine.schema import WorkRow
from apps.transfers.engine.sql import execute, text

# A message names at most this many values, and this many rows of each.
_SPELLINGS, _ROWS = 4, 3


def refuse_clashes(context: RunContext, info: PartInfo) -> None:
    """Refuse every row that disagrees with another one. The message names the values, their rows,
    and the row's own.
    """
    # In one statement, so that a row that is refused for one field also gets the others.
    execute(
        SQL("INSERT INTO {} (number, cause, problem) {}").format(
            context.tables.refused,
            SQL(" UNION ALL ").join(_clash(context, info, field) for field in info.given),
        )
    )


def _clash(context: RunContext, info: PartInfo, field: PartField) -> Composable:
    """SQL of the refusals of rows that disagree about one field."""
    return SQL(
        """(
        WITH said AS (
            SELECT p.id, {given} AS value, {shown} AS shown, count(*) AS n,
                   array_agg(w.number ORDER BY w.number) AS numbers
            {joined} WHERE {where} AND {given} IS NOT NULL GROUP BY 1, 2, 3
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY id ORDER BY n DESC, numbers[1]) AS rank
            FROM said
        ), told AS (
            SELECT id, count(*) AS spellings, string_agg(
                CASE WHEN shown = '' THEN 'blank' ELSE '“' || left(shown, 80) || '”' END || CASE
                    WHEN n = 1 THEN ' in row ' || numbers[1]
                    WHEN n <= {rows} THEN ' in rows ' || {some}
                    ELSE ' in ' || n || ' rows (' || {some} || ', …)' END,
                ', ' ORDER BY rank) FILTER (WHERE rank <= {spellings}) AS who
            FROM ranked GROUP BY id HAVING count(DISTINCT value) > 1
        ), rows_of AS (
            SELECT p.id, count(*) AS n {joined} WHERE {where} GROUP BY p.id
        )
        SELECT w.number, {code}, jsonb_build_object(
            'code', {code}, 'column', {column}, 'value', COALESCE(left({shown}, 200), ''),
            'suggestion', '', 'message', format(
                {message}, rows_of.n, {label}, told.who,
                CASE WHEN told.spellings > {spellings} THEN
                    format(', and %s more', told.spellings - {spellings}) ELSE '' END,
                CASE WHEN {given} IS NULL THEN ' This row leaves it blank.' ELSE '' END))
        {joined} JOIN told ON told.id = p.id JOIN rows_of ON rows_of.id = p.id WHERE {where})"""
    ).format(
        given=parts.given_text(context, field),
        shown=context.word(field.source, WorkRow("w")),
        joined=parts.joined(context, info),
        where=SQL("p.clash AND {}").format(unrefused(context, "w")),
        some=SQL("array_to_string(numbers[1:{}], ', ')").format(Literal(_ROWS)),
        rows=Literal(_ROWS),
        spellings=Literal(_SPELLINGS),
        code=text(f"{field.source}:conflict"),
        column=text(field.source),
        message=Literal(f"%s rows disagree about this {info.part.label}: %s is %s%s.%s"),
        label=text(context.columns[field.source].label.lower()),
    )
