"""Plans the related records that the agent allows to create: one per name without a record."""

from typing import Any

from django.apps import apps
from psycopg.sql import SQL, Composable, Literal

from apps.transfers.declarations import Relation
from apps.transfers.engine.context import RunContext, scope_sql
from apps.transfers.engine.lookup import slugs
from apps.transfers.engine.schema import drop
from apps.transfers.engine.sql import NOTHING, alive, column_of, execute, table_of


def start(context: RunContext) -> None:
    drop(context.tables.made)
    execute(
        SQL(
            "CREATE TABLE {} (id uuid PRIMARY KEY, relation text, value text, derived_slug text, "
            "number int, outcome text NOT NULL DEFAULT '')"
        ).format(context.tables.made)
    )


def _spelling(name: Composable) -> Composable:
    return SQL(r"regexp_replace(lower({}), '\s+', ' ', 'g')").format(name)


def plan(context: RunContext, name: str, relation: Relation) -> None:
    """Plan a new record for each word without one.

    Spellings that differ only in case and spaces share one; other spellings of an existing record
    get none.
    """
    table, made = context.tables.relation(name), context.tables.made
    model: Any = apps.get_model(relation.model)
    scope = scope_sql(model, context.actor)
    live = SQL("t.{}").format(column_of(model, relation.create))
    execute(
        SQL(
            """
            INSERT INTO {made} (id, relation, value, number)
            SELECT DISTINCT ON ({spelling}) uuid7(), {name}, value, number FROM {table}
            WHERE n = 0 AND {spelling} NOT IN (
                SELECT {known} FROM {live_table} t WHERE {live} IS NOT NULL{alive}{seen})
            ORDER BY {spelling}, number
            """
        ).format(
            made=made,
            spelling=_spelling(SQL("value")),
            name=Literal(name),
            table=table,
            known=_spelling(live),
            live_table=table_of(model),
            live=live,
            alive=alive(model, "t"),
            seen=SQL(" AND t.id IN ({})").format(scope) if scope else NOTHING,
        )
    )
    execute(
        SQL(
            "UPDATE {} r SET id = m.id, n = 1 FROM {} m WHERE m.relation = {} AND r.n = 0 AND {} = {}"
        ).format(table, made, Literal(name), _spelling(SQL("m.value")), _spelling(SQL("r.value")))
    )
    if relation.slug:
        slugs.fill_related(context, name, relation)
