"""Finds the records that cells name: once for each distinct word, set-based."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.declarations import Relation
from apps.transfers.engine.context import RunContext, may_create, scope_sql
from apps.transfers.engine.lookup import related_records, relation_refusals
from apps.transfers.engine.lookup.relation_joins import in_order, join_sql, line_of
from apps.transfers.engine.schema import RelationLine, StageRow, drop
from apps.transfers.engine.sql import NOTHING, alive, column_of, comma, execute, table_of

_STAGED, _WORD, _FOUND = StageRow("s"), RelationLine("v"), RelationLine("f")


def resolve(context: RunContext) -> None:
    """Build a table word → record for each relation column, and refuse the rows without one."""
    related_records.start(context)
    for name in in_order(context):
        _resolve_one(context, name)


def _resolve_one(context: RunContext, name: str) -> None:
    relation = context.columns[name].relation
    if relation is None:
        return
    model: Any = apps.get_model(relation.model)
    within = [other for other in relation.within.values() if other in context.relations]
    _look_up(context, name, relation, within)
    creates = name in context.matching.create_missing and may_create(model, context.actor)
    if creates and relation.create and not within:
        related_records.plan(context, name, relation)
    same = _same_owner(model, relation, within)
    relation_refusals.find_in_trash(context, name, relation, same)
    relation_refusals.suggest(context, name, relation, within)
    execute(SQL("ANALYZE {}").format(context.tables.relation(name)))
    relation_refusals.refuse_unfound(context, name, relation)


def _same_owner(model: type[Model], relation: Relation, within: list[str]) -> Composable:
    """SQL to go behind a condition: the record `t` lies within the records that the word's row names."""
    field_of = {other: field for field, other in relation.within.items()}
    return SQL("").join(
        SQL(" AND {} = t.{}").format(_WORD.within(other), column_of(model, field_of[other]))
        for other in within
    )


def _look_up(context: RunContext, name: str, relation: Relation, within: list[str]) -> None:
    """Fill the relation's table: each word with the one record that it means, or with how many."""
    table = context.tables.relation(name)
    bare = RelationLine("")
    drop(table)
    execute(
        SQL(
            """
            CREATE UNLOGGED TABLE {table} AS
            WITH v AS MATERIALIZED (
                SELECT {cell} AS value, {owners} min(s.number) AS number, count(*) AS times
                FROM {stage} s {joins} WHERE {cell} <> '' AND s.problems IS NULL
                GROUP BY {grouped}
            ), hits AS ({hits}),
            ranked AS (
                SELECT {line}, id, rank, min(rank) OVER (PARTITION BY {line}) AS best FROM hits
            ), found AS (
                SELECT {line}, count(DISTINCT id) AS n, min(id::text)::uuid AS id
                FROM ranked WHERE rank = best GROUP BY {line}
            )
            SELECT {words}, v.number, v.times,
                   COALESCE(f.n, 0) AS n, CASE WHEN f.n = 1 THEN f.id END AS id
            FROM v LEFT JOIN found f ON f.value = v.value{same}
            """
        ).format(
            table=table,
            cell=_STAGED.cell(name),
            owners=SQL("").join(
                SQL("{}.id AS {}, ").format(Identifier(line_of(other).alias), bare.within(other))
                for other in within
            ),
            stage=context.tables.stage,
            joins=join_sql(context, upto=name) if within else NOTHING,
            grouped=comma([SQL("1"), *(Literal(position + 2) for position in range(len(within)))]),
            hits=_hits(context, relation, within),
            line=comma([SQL("value"), *map(bare.within, within)]),
            words=comma([SQL("v.value"), *map(_WORD.within, within)]),
            same=SQL("").join(
                SQL(" AND {} = {}").format(_FOUND.within(o), _WORD.within(o)) for o in within
            ),
        )
    )


def _hits(context: RunContext, relation: Relation, within: list[str]) -> Composable:
    """SQL of the records that each word finds, by each field that it may be looked up by."""
    model: Any = apps.get_model(relation.model)
    scope = scope_sql(model, context.actor)
    return SQL(" UNION ALL ").join(
        SQL(
            "SELECT {words}, {rank} AS rank, t.id FROM v JOIN {table} t "
            "ON t.{field} = {value}{same}{alive}{seen}"
        ).format(
            words=comma([SQL("v.value"), *map(_WORD.within, within)]),
            rank=Literal(rank),
            table=table_of(model),
            field=column_of(model, field),
            value=as_stored(relation, field, SQL("v.value")),
            same=_same_owner(model, relation, within),
            alive=alive(model, "t"),
            seen=SQL(" AND t.id IN ({})").format(scope) if scope else NOTHING,
        )
        for rank, field in enumerate(relation.by)
    )


def as_stored(relation: Relation, field: str, word: Composable) -> Composable:
    """SQL of a word as the field stores it."""
    return SQL('lower({} COLLATE "C")').format(word) if relation.is_folded(field) else word
