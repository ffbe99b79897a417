"""Refuses rows because of the whole plan: the mode, versions, the dataset's rules, repeated rows."""

from psycopg.sql import SQL, Literal

from apps.transfers.declarations import VERSION
from apps.transfers.engine.context import RunContext
from apps.transfers.engine.lookup import refusals
from apps.transfers.engine.record_version import version_of
from apps.transfers.engine.resolve import parts
from apps.transfers.engine.resolve.rule_view import ContextView
from apps.transfers.engine.schema import StageRow, WorkRow
from apps.transfers.engine.sql import execute, subquery, value
from apps.transfers.rules import Rule


def check(context: RunContext) -> None:
    _refuse_stale(context)
    _skip_by_mode(context)
    for rule in context.resource.rules():
        _apply_rule(context, rule)
    _refuse_repeats_of_refused(context)
    _find_duplicates(context)
    _choose_writers(context)


def _skip_by_mode(context: RunContext) -> None:
    mode = context.matching.mode
    if mode == "upsert":
        return
    for info in context.parts:
        if mode == "create" and not info.is_last:
            continue
        label = info.part.label
        if mode == "create":
            condition, code = SQL("p.live"), "skip:exists"
            message = f"The {label} already exists, and this import only creates."
        else:
            condition, code = SQL("NOT p.live"), "skip:new"
            message = f"The {label} doesn't exist, and this import only updates."
        refusals.refuse(
            context, code=code, rows=parts.rows_of(context, info, condition), message=message
        )


def _refuse_stale(context: RunContext) -> None:
    """Refuse rows from an export whose record has changed since."""
    if VERSION not in context.given:
        return
    last = context.last
    queryset = last.model._base_manager.annotate(now_version=version_of(context.resource))
    execute(SQL("DROP TABLE IF EXISTS pg_temp.live_versions"))
    execute(
        SQL(
            "CREATE TEMP TABLE live_versions ON COMMIT DROP AS SELECT v.id, v.version "
            "FROM ({}) AS v(id, version) WHERE v.id IN (SELECT id FROM {} WHERE live)"
        ).format(
            subquery(queryset.order_by().values_list("pk", "now_version")),
            context.tables.part(last.name),
        )
    )
    condition = SQL(
        "p.live AND {cell} <> '' AND EXISTS (SELECT FROM live_versions v "
        "WHERE v.id = p.id AND v.version <> {cell})"
    ).format(cell=WorkRow("w").cell(VERSION))
    refusals.refuse(
        context,
        code="stale",
        rows=parts.rows_of(context, last, condition),
        message="The record has changed since it was exported. Export it again.",
    )


def _apply_rule(context: RunContext, rule: Rule) -> None:
    found = rule.sql(ContextView(context))
    if found is None:
        return
    word = context.word(rule.column, StageRow("s")) if rule.column in context.given else SQL("''")
    refusals.refuse(
        context,
        code=rule.code,
        column=rule.column,
        row="bad",
        value=word,
        rows=SQL("FROM ({}) AS bad JOIN {} s ON s.number = bad.number WHERE {}").format(
            found, context.tables.stage, refusals.unrefused(context, "bad")
        ),
        message=rule.message,
    )


def _refuse_repeats_of_refused(context: RunContext) -> None:
    """Rules name the first row of a record; refuse its repeated rows, too."""
    codes = [rule.code for rule in context.resource.rules()]
    if not codes or not refusals.has_any(context):
        return
    execute(
        SQL(
            "INSERT INTO {refused} (number, cause, problem) SELECT w.number, bad.cause, bad.problem "
            "{joined} JOIN {refused} bad ON bad.number = p.first AND bad.cause = ANY({codes}) "
            "WHERE p.n > 1 AND {unrefused}"
        ).format(
            refused=context.tables.refused,
            joined=parts.joined(context, context.last),
            codes=Literal(codes),
            unrefused=refusals.unrefused(context, "w"),
        )
    )


def _find_duplicates(context: RunContext) -> None:
    last = context.last
    repeated = SQL("SELECT EXISTS (SELECT FROM {} WHERE n > 1)")
    if not value(repeated.format(context.tables.part(last.name))):
        return
    refusals.refuse(
        context,
        code="duplicate",
        rows=parts.rows_of(context, last, SQL("p.n > 1 AND w.number <> p.first")),
        message=SQL("format('Row %s says the same; it counts once.', p.first)"),
    )


def _choose_writers(context: RunContext) -> None:
    """If the first row of a shared record (a person) is refused, a later valid row writes it."""
    if not refusals.has_any(context):
        return
    for info in context.parts[:-1]:
        execute(
            SQL(
                """
                UPDATE {table} t SET first = found.first FROM (
                    SELECT gone.id, found.first
                    FROM (SELECT p.id FROM {table} p WHERE p.first IN
                            (SELECT number FROM {refused})) gone
                    LEFT JOIN (SELECT p.id, min(w.number) AS first {rows} GROUP BY p.id) found
                        ON found.id = gone.id
                ) found WHERE found.id = t.id
                """
            ).format(
                table=context.tables.part(info.name),
                refused=context.tables.refused,
                rows=parts.rows_of(context, info, SQL("true")),
            )
        )
