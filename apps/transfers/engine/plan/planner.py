"""Makes the plan: what each row would do, why not, and what of the record it would change.

One transaction; begun again from the staging table when it is interrupted. The plan's table holds
all that applying and undoing need: the ids of what will be created, what changes from what to what,
and what each record looked like, so that a later change by somebody else is seen (drift).
"""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction

from apps.transfers.declarations import VERSION
from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.plan import summary as plan_summary
from apps.transfers.engine.plan import table as plan_table
from apps.transfers.engine.record_version import version_of
from apps.transfers.engine.resolve import (
    part_refusals,
    parts,
    reactivation,
    refusals,
    refused_records,
    relations,
    slugs,
    unchanged,
)
from apps.transfers.engine.runs.progress import Tell, silent
from apps.transfers.engine.tables import drop, has_rows

_SETTINGS = {
    "work_mem": "96MB",
    "maintenance_work_mem": "128MB",
    # The planner needs sizes and rough shares of our tables, not their histograms.
    "default_statistics_target": "10",
    # Here a second core always pays: the steps are few, and each reads tables of the file's size.
    "parallel_setup_cost": "100",
    "parallel_tuple_cost": "0.001",
    "min_parallel_table_scan_size": "1MB",
}


def plan(context: Context, tell: Tell = silent) -> dict[str, Any]:
    """Fill the plan's table; return counts, causes, impacts and a new token as the run stores them.

    `tell` hears how many of its steps are done.
    """
    steps = _steps(context)
    with transaction.atomic():
        for name, value in _SETTINGS.items():
            context.execute(f"SET LOCAL {name} = '{value}'")
        for number, step in enumerate(steps):
            tell(number, len(steps))
            step()
        result = plan_summary.summary(context)
        drop(*context.tables.scratch(context.resource))
    return {**result, "plan_token": secrets.token_hex(8)}


def _steps(context: Context) -> list[Callable[[], Any]]:
    """Return what planning does, in its order; each step leaves its tables for the next ones."""
    steps: list[Callable[[], Any]] = [partial(_find_records, context)]
    for info in context.parts:
        steps += [partial(parts.build, context, info), partial(_check_part, context, info)]
    steps += [partial(_check_rows, context), partial(_write, context)]
    return steps


def _find_records(context: Context) -> None:
    refusals.start(context)
    relations.resolve(context)
    refusals.count(context)
    unchanged.find(context)
    _build_work(context)


def _check_part(context: Context, info: PartInfo) -> None:
    part_refusals.find(context, info)
    refusals.count(context)
    slugs.fill(context, info)
    reactivation.find(context, info)
    refused_records.find(context, info)


def _check_rows(context: Context) -> None:
    _refuse_stale(context)
    _skip_by_mode(context)
    for rule in context.resource.rules():
        _apply_rule(context, rule)
    _refuse_repeats_of_refused(context)
    _find_duplicates(context)
    _choose_writers(context)


def _write(context: Context) -> None:
    plan_table.write(context, has_settled=has_rows(context.tables.settled))


def _build_work(context: Context) -> None:
    """The valid rows that are not settled, with the ids of the records that their cells name."""
    tables = context.tables
    columns = ["s.number", *(f"s.c_{name}" for name in context.given)]
    columns += [
        f"s.d_{info.name}_{name}"
        for info in context.parts
        for name, made in info.part.derived.items()
        if made.source in context.given
    ]
    columns += [
        f"CASE WHEN s.c_{name} = '' THEN '' ELSE r_{name}.id::text END AS i_{name}"
        for name in context.relations
    ]
    columns += context.own_words("s")
    context.execute(f"DROP TABLE IF EXISTS {tables.work}")
    context.execute(
        f"CREATE UNLOGGED TABLE {tables.work} AS SELECT {', '.join(columns)} "
        f"FROM {tables.stage} s {relations.join_sql(context)} "
        f"WHERE s.problems IS NULL AND {refusals.unrefused(context, 's')} "
        f"AND NOT EXISTS (SELECT FROM {tables.settled} d WHERE d.number = s.number)"
    )
    context.execute(f"ANALYZE {tables.work}")


def _skip_by_mode(context: Context) -> None:
    mode = context.matching.mode
    if mode == "upsert":
        return
    for info in context.parts:
        if mode == "create" and not info.is_last:
            continue
        condition, code, text = (
            (
                "p.live",
                "skip:exists",
                f"The {info.part.label} already exists, and this import only creates.",
            )
            if mode == "create"
            else (
                "NOT p.live",
                "skip:new",
                f"The {info.part.label} doesn't exist, and this import only updates.",
            )
        )
        refusals.refuse(
            context,
            code=code,
            column="",
            number="w.number",
            rows=parts.rows_of(context, info, condition),
            text=text,
        )


def _refuse_stale(context: Context) -> None:
    """A row that comes from an export is refused where its record is another one by now."""
    if VERSION not in context.given:
        return
    last = context.last
    table = context.tables.part(last.name)
    queryset = last.model._base_manager.annotate(now_version=version_of(context.resource))
    sql, params = queryset.order_by().values_list("pk", "now_version").query.sql_with_params()
    context.execute("DROP TABLE IF EXISTS pg_temp.live_versions")
    context.execute(
        f"CREATE TEMP TABLE live_versions ON COMMIT DROP AS SELECT v.id, v.version "
        f"FROM ({sql}) AS v(id, version) WHERE v.id IN (SELECT id FROM {table} WHERE live)",
        params,
    )
    refusals.refuse(
        context,
        code="stale",
        column="",
        number="w.number",
        rows=parts.rows_of(
            context,
            last,
            f"p.live AND w.c_{VERSION} <> '' AND EXISTS (SELECT FROM live_versions v "
            f"WHERE v.id = p.id AND v.version <> w.c_{VERSION})",
        ),
        text="The record has changed since it was exported. Export it again.",
    )


def _apply_rule(context: Context, rule: Any) -> None:
    found = rule.sql(context)
    if found is None:
        return
    sql, params = found
    refusals.refuse(
        context,
        code=rule.code,
        column=rule.column,
        number="bad.number",
        value=context.word(rule.column, "s") if rule.column in context.given else "''",
        rows=(
            f"FROM ({sql}) AS bad JOIN {context.tables.stage} s ON s.number = bad.number "
            f"WHERE {refusals.unrefused(context, 'bad')}"
        ),
        row_params=params,
        text=rule.message,
    )


def _has_refusals(context: Context) -> bool:
    return bool(context.rows(f"SELECT EXISTS (SELECT FROM {context.tables.refused})")[0][0])


def _refuse_repeats_of_refused(context: Context) -> None:
    """A rule names the first row of a record; the same row again is refused with it."""
    last = context.last
    rule_codes = [rule.code for rule in context.resource.rules()]
    if not rule_codes or not _has_refusals(context):
        return
    context.execute(
        f"""
        INSERT INTO {context.tables.refused} (number, cause, problem)
        SELECT w.number, bad.cause, bad.problem
        {
            parts.rows_of(context, last, "p.n > 1").replace(
                " WHERE ",
                f''' JOIN
            {context.tables.refused} bad ON bad.number = p.first AND bad.cause = ANY(%s) WHERE ''',
                1,
            )
        }
        """,
        [rule_codes],
    )


def _find_duplicates(context: Context) -> None:
    last = context.last
    table = context.tables.part(last.name)
    if not context.rows(f"SELECT EXISTS (SELECT FROM {table} WHERE n > 1)")[0][0]:
        return
    refusals.refuse(
        context,
        code="duplicate",
        column="",
        number="w.number",
        rows=parts.rows_of(context, last, "p.n > 1 AND w.number <> p.first"),
        message="format('Row %%s says the same; it counts once.', p.first)",
    )


def _choose_writers(context: Context) -> None:
    """Where the first row of a shared record (a person) is refused, a later valid row writes it."""
    if not _has_refusals(context):
        return
    for info in context.parts:
        if info.is_last:
            continue
        table = context.tables.part(info.name)
        joins_and_where = parts.rows_of(context, info, "true")
        context.execute(
            f"""
            UPDATE {table} t SET first = found.first FROM (
                SELECT gone.id, found.first
                FROM (SELECT p.id FROM {table} p WHERE p.first IN
                        (SELECT number FROM {context.tables.refused})) gone
                LEFT JOIN (SELECT p.id, min(w.number) AS first {joins_and_where} GROUP BY p.id) found
                    ON found.id = gone.id
            ) found WHERE found.id = t.id
            """
        )
