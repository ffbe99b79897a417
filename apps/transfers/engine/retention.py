"""Reduces a run's rows to what is kept: which row wrote which record, and its choices."""

from psycopg.sql import SQL, Literal

from apps.transfers.declarations import DatasetResource
from apps.transfers.engine.ranges import order_of
from apps.transfers.engine.schema import PlanRow, Tables, columns_of, drop, exists
from apps.transfers.engine.sql import comma, execute
from apps.transfers.models import ImportRun


def run_tables_thin(run: ImportRun, resource: type[DatasetResource] | None) -> None:
    """Delete the rows of a run; its counts, its words, and its place in the history stay."""
    tables = Tables(run.pk)
    if resource is not None and exists(tables.plan) and run.confirmed_at is not None:
        _keep_written(run, resource, tables)
    drop(tables.stage, tables.plan, tables.made)


def _keep_written(run: ImportRun, resource: type[DatasetResource], tables: Tables) -> None:
    row, has = PlanRow(""), columns_of(tables.plan)
    kept = [name(part.name) for part in resource.parts() for name in (row.id, row.op)]
    for name, column in resource.columns().items():
        if column.choices:
            kept += [each for each in (row.cell(name), row.word(name)) if each.name in has]
    drop(tables.rows)
    execute(
        SQL(
            "CREATE TABLE {} AS SELECT number, {} FROM {} WHERE verdict IN ('create', 'update') "
            "AND outcome NOT IN ('drifted', 'refused') AND {} <= {}"
        ).format(
            tables.rows,
            comma(kept),
            tables.plan,
            row.column(order_of(run)),
            Literal(run.checkpoint),
        )
    )
    for part in resource.parts():
        execute(
            SQL("CREATE INDEX ON {} ({}) WHERE {}").format(
                tables.rows, row.id(part.name), row.writes(part.name)
            )
        )
