"""Slugs for what is created without one: made from the name, unique among live records, set-based."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.declarations import Relation
from apps.transfers.engine.context import PartInfo, RunContext
from apps.transfers.engine.schema import PartLine, Table
from apps.transfers.engine.sql import NOTHING, TRUE, alive, column_of, execute, table_of

# Of the slug and the number behind it PostgreSQL need not cut anything: a slug has room for both.
_LONGEST = 180


def made_columns(context: RunContext, info: PartInfo) -> list[str]:
    return [n for n, made in info.part.derived.items() if made.source in context.given]


@dataclass(frozen=True)
class _Slugs:
    """Slugs to be made unique: where they stand, and among which others."""

    table: Table
    slug: Identifier
    # Slugs that the file itself gives; None where it gives none.
    given: Identifier | None
    order: Composable
    condition: Composable
    # The model's slugs: its table, its column, and whether a record `o` lives.
    live: Identifier
    column: Identifier
    alive: Composable


def fill(context: RunContext, info: PartInfo) -> None:
    """Make the derived values of a part's new lines unique; empty them where the file gives a value."""
    line = PartLine("")
    for attname in made_columns(context, info):
        _fill(
            _Slugs(
                table=context.tables.part(info.name),
                slug=line.made(attname),
                given=line.new(attname) if attname in info.fields else None,
                order=SQL("t.first"),
                condition=SQL("NOT live"),
                live=info.table,
                column=column_of(info.model, attname),
                alive=info.alive("o"),
            )
        )


def fill_related(context: RunContext, name: str, relation: Relation) -> None:
    """The same for the related records that the plan creates."""
    model: Any = apps.get_model(relation.model)
    execute(
        SQL(
            "UPDATE {} SET derived_slug = COALESCE(NULLIF(left(btrim(regexp_replace(lower(value), "
            "'[^a-z0-9]+', '-', 'g'), '-'), {}), ''), 'record') WHERE relation = {}"
        ).format(context.tables.made, Literal(_LONGEST), Literal(name))
    )
    _fill(
        _Slugs(
            table=context.tables.made,
            slug=Identifier("derived_slug"),
            given=None,
            order=SQL("t.number"),
            condition=SQL("t.relation = {}").format(Literal(name)),
            live=table_of(model),
            column=column_of(model, relation.slug),
            alive=alive(model, "o"),
        )
    )


def _fill(slugs: _Slugs) -> None:
    if slugs.given is not None:
        execute(
            SQL("UPDATE {table} SET {made} = NULL WHERE {given} <> ''").format(
                table=slugs.table, made=slugs.slug, given=slugs.given
            )
        )
    _number(slugs)
    _tell_apart_by_id(slugs)


def _number(slugs: _Slugs) -> None:
    """Put behind each slug that is taken the number after the highest in use, among live records and in the file."""
    execute(
        SQL(
            """
            WITH used AS (
                {used}
            ), taken AS (
                SELECT slug AS base, 1 AS n FROM used
                UNION ALL
                SELECT regexp_replace(slug, '-[0-9]{{1,6}}$', ''),
                       substring(slug FROM '-([0-9]{{1,6}})$')::int
                FROM used WHERE slug ~ '-[0-9]{{1,6}}$'
            ), highest AS (
                SELECT base, max(n) AS n FROM taken GROUP BY base
            ), ranked AS (
                SELECT t.id, t.{made} AS base,
                       row_number() OVER (PARTITION BY t.{made} ORDER BY {order})
                       + COALESCE(h.n, 0) AS n
                FROM {table} t LEFT JOIN highest h ON h.base = t.{made}
                WHERE {condition} AND t.{made} IS NOT NULL
            )
            UPDATE {table} t SET {made} = CASE WHEN r.n = 1 THEN r.base ELSE r.base || '-' || r.n END
            FROM ranked r WHERE r.id = t.id AND r.n > 1
            """
        ).format(used=_used(slugs), order=slugs.order, **_names(slugs))
    )


def _tell_apart_by_id(slugs: _Slugs) -> None:
    """Put the id behind a numbered slug that meets another: "district-2" meets a "District 2".

    Joins and a window instead of an EXISTS for each row, which would compare every row with every other.
    """
    execute(
        SQL(
            """
            WITH made AS (
                SELECT t.id, t.{made} AS slug,
                       row_number() OVER (PARTITION BY t.{made} ORDER BY t.id) AS n
                FROM {table} t WHERE {condition} AND t.{made} IS NOT NULL
            ), used AS (
                {used}
            ), met AS (
                SELECT id FROM made WHERE n > 1
                UNION SELECT made.id FROM made JOIN used ON used.slug = made.slug
            )
            UPDATE {table} t SET {made} = left(t.{made}, {longest}) || '-' || right(t.id::text, 12)
            FROM met WHERE met.id = t.id
            """
        ).format(used=_used(slugs), longest=Literal(_LONGEST), **_names(slugs))
    )


def _names(slugs: _Slugs) -> dict[str, Composable]:
    return {"table": slugs.table, "made": slugs.slug, "condition": slugs.condition}


def _used(slugs: _Slugs) -> Composable:
    """SQL of the slugs that are taken: those of living records, and those that the file gives."""
    given = NOTHING
    if slugs.given is not None:
        given = SQL(" UNION ALL SELECT {given} FROM {table} WHERE {given} <> ''").format(
            given=slugs.given, table=slugs.table
        )
    return SQL("SELECT o.{} AS slug FROM {} o WHERE {}{}{}").format(
        slugs.column, slugs.live, TRUE, slugs.alive, given
    )
