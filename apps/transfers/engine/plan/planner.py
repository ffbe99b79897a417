"""Makes the plan: what each row would do, why it can't, and what it would change.

It is one transaction, which starts again from the staging table if it is interrupted. The plan's
table has everything that applying and undoing need: the IDs of new records, changes from what to
what, and each record's previous state, so that a later change by somebody else is detected (drift).
"""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.engine.context import PartInfo, RunContext
from apps.transfers.engine.lookup import refusals, relations, slugs
from apps.transfers.engine.lookup.relation_joins import join_sql, line_of
from apps.transfers.engine.plan import plan_rules
from apps.transfers.engine.plan import summary as plan_summary
from apps.transfers.engine.plan import table as plan_table
from apps.transfers.engine.resolve import (
    part_refusals,
    parts,
    reactivation,
    refused_records,
    unchanged_rows,
)
from apps.transfers.engine.runs.progress import Tell, no_progress
from apps.transfers.engine.schema import StageRow, WorkRow, drop, has_rows
from apps.transfers.engine.sql import comma, execute

_SETTINGS = {
    "work_mem": "96MB",
    "maintenance_work_mem": "128MB",
    # PostgreSQL's planner needs sizes and rough shares of our tables, not their histograms.
    "default_statistics_target": "10",
    # A parallel plan always pays here: there are few steps, and each reads tables of the file's
    # size.
    "parallel_setup_cost": "100",
    "parallel_tuple_cost": "0.001",
    "min_parallel_table_scan_size": "1MB",
}


def plan(context: RunContext, tell: Tell = no_progress) -> dict[str, Any]:
    """Fill the plan's table; return counts, causes, impacts, and a new token, as the run stores
    them.

    `tell` is called with the number of completed steps.
    """
    steps = _steps(context)
    with transaction.atomic():
        for name, value in _SETTINGS.items():
            execute(SQL("SET LOCAL {} = {}").format(Identifier(name), Literal(value)))
        for number, step in enumerate(steps):
            tell(number, len(steps))
            step()
        result = plan_summary.summary(context)
        drop(*context.tables.of_planning(context.resource))
    return {**result, "plan_token": secrets.token_hex(8)}


def _steps(context: RunContext) -> list[Callable[[], Any]]:
    """Return the steps of planning in their order; each leaves its tables for the next ones."""
    steps: list[Callable[[], Any]] = [partial(_find_records, context)]
    for info in context.parts:
        steps += [partial(parts.build, context, info), partial(_check_part, context, info)]
    steps += [partial(plan_rules.check, context), partial(_write, context)]
    return steps


def _find_records(context: RunContext) -> None:
    refusals.start(context)
    relations.resolve(context)
    refusals.count(context)
    unchanged_rows.fill(context)
    _build_work(context)


def _check_part(context: RunContext, info: PartInfo) -> None:
    part_refusals.refuse_rows(context, info)
    refusals.count(context)
    slugs.fill(context, info)
    reactivation.list_deactivated(context, info)
    refused_records.refuse_rows(context, info)


def _write(context: RunContext) -> None:
    plan_table.write(context, has_unchanged=has_rows(context.tables.unchanged))


def _build_work(context: RunContext) -> None:
    """Build the table of valid rows that change something, with the IDs of the records that their
    cells name.
    """
    tables, staged = context.tables, StageRow("s")
    columns: list[Composable] = [staged.number, *map(staged.cell, context.given)]
    columns += [
        staged.derived(info.name, name)
        for info in context.parts
        for name in slugs.made_columns(context, info)
    ]
    columns += [
        SQL("CASE WHEN {} = '' THEN '' ELSE {}::text END AS {}").format(
            staged.cell(name), line_of(name).column("id"), WorkRow("").related(name)
        )
        for name in context.relations
    ]
    columns += context.own_words(staged)
    drop(tables.work)
    execute(
        SQL(
            "CREATE UNLOGGED TABLE {work} AS SELECT {columns} FROM {stage} s {joins} "
            "WHERE s.problems IS NULL AND {unrefused} "
            "AND NOT EXISTS (SELECT FROM {unchanged} d WHERE d.number = s.number)"
        ).format(
            work=tables.work,
            columns=comma(columns),
            stage=tables.stage,
            joins=join_sql(context),
            unrefused=refusals.unrefused(context, "s"),
            unchanged=tables.unchanged,
        )
    )
    execute(SQL("ANALYZE {}").format(tables.work))
