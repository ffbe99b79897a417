"""Writes the plan's table: one row for each row of the file.

It combines three kinds of rows: checked rows (`work`, with the lines of their parts), unchanged
rows, and rows that were refused before any look-up.
"""

from collections.abc import Iterable

from psycopg.sql import SQL, Composable, Literal

from apps.transfers.engine.context import PartInfo, RunContext
from apps.transfers.engine.lookup import refusals, slugs
from apps.transfers.engine.plan import row_outcomes, trash_notes
from apps.transfers.engine.plan.row_outcomes import refusals_by_row
from apps.transfers.engine.ranges import LATE
from apps.transfers.engine.resolve import reactivation
from apps.transfers.engine.resolve.rule_view import ContextView
from apps.transfers.engine.schema import Name, PlanRow, StageRow, UnchangedRow, drop
from apps.transfers.engine.sql import FALSE, comma, execute, value

_BARE, _STAGED = PlanRow(""), StageRow("s")
_NO_TEXT, _NO_KEY = SQL("NULL::text"), SQL("NULL::uuid")


def write(context: RunContext, *, has_unchanged: bool) -> None:
    plan = context.tables.plan
    branches = [row_outcomes.rows(context, comma(_names(context)))]
    if has_unchanged:
        branches.append(_unchanged(context))
    if _has_early_refusals(context):
        branches.append(_refused_early(context))
    drop(plan)
    execute(
        SQL(
            """
            CREATE TABLE {plan} AS
            SELECT number, CASE WHEN {late} THEN number + {far} ELSE number END AS seq,
                   verdict, ''::text AS outcome,
                   CASE WHEN verdict = 'update' THEN
                       (SELECT string_agg(k, ',' ORDER BY k) FROM jsonb_object_keys(changes) k)
                       ELSE COALESCE(cause, '') END AS cause,
                   problems, changes, before, {names}
            FROM ({branches}) p
            """
        ).format(
            plan=plan,
            late=context.resource.late(ContextView(context)) or FALSE,
            far=Literal(LATE),
            names=comma(_names(context)),
            branches=SQL(" UNION ALL ").join(branches),
        )
    )
    execute(SQL("ALTER TABLE {} ADD PRIMARY KEY (number)").format(plan))
    for info in context.parts:
        execute(
            SQL("CREATE INDEX ON {} ({}) WHERE {}").format(
                plan, _BARE.id(info.name), _BARE.writes(info.name)
            )
        )
    execute(SQL("ANALYZE {}").format(plan))
    for info in context.parts:
        reactivation.write_notes(context, info)
    trash_notes.write(context)


def _derived(context: RunContext) -> list[tuple[PartInfo, str]]:
    return [(info, name) for info in context.parts for name in slugs.made_columns(context, info)]


def _names(context: RunContext) -> list[Name]:
    """The plan's columns besides those that every plan has."""
    return [
        *map(_BARE.cell, context.given),
        *map(_BARE.word, context.worded),
        *map(_BARE.related, context.relations),
        *(name(info.name) for info in context.parts for name in (_BARE.id, _BARE.op)),
        *(_BARE.derived(info.name, name) for info, name in _derived(context)),
    ]


def _columns(context: RunContext, row: UnchangedRow | None) -> Iterable[Composable]:
    """The same for rows `s` of the staging table that do nothing; `row` knows their records, if any."""
    yield from map(_STAGED.cell, context.given)
    yield from map(_STAGED.word, context.worded)
    yield from (_NO_TEXT for _ in context.relations)
    for info in context.parts:
        yield from (row.id(info.name) if row else _NO_KEY, _NO_TEXT)
    yield from (_NO_TEXT for _ in _derived(context))


def _unchanged(context: RunContext) -> Composable:
    return SQL(
        "SELECT s.number, ''::text AS cause, NULL::jsonb AS problems, 'unchanged' AS verdict, "
        "NULL::jsonb AS changes, NULL::jsonb AS before, {columns} "
        "FROM {unchanged} d JOIN {stage} s ON s.number = d.number"
    ).format(
        columns=comma(_columns(context, UnchangedRow("d"))),
        unchanged=context.tables.unchanged,
        stage=context.tables.stage,
    )


def _has_early_refusals(context: RunContext) -> bool:
    bad = SQL("SELECT EXISTS (SELECT FROM {} WHERE problems IS NOT NULL)")
    return bool(value(bad.format(context.tables.stage))) or refusals.has_any(context)


def _refused_early(context: RunContext) -> Composable:
    return SQL(
        """
        SELECT s.number, COALESCE(s.cause, x.cause) AS cause,
               COALESCE(s.problems, x.problems) AS problems, 'refused' AS verdict,
               NULL::jsonb AS changes, NULL::jsonb AS before, {columns}
        FROM {stage} s LEFT JOIN {refusals} x ON x.number = s.number
        WHERE (s.problems IS NOT NULL OR x.number IS NOT NULL)
          AND NOT EXISTS (SELECT FROM {work} w WHERE w.number = s.number)
        """
    ).format(
        columns=comma(_columns(context, None)),
        stage=context.tables.stage,
        refusals=refusals_by_row(context),
        work=context.tables.work,
    )
