"""Slugs for what is created without one: made from the name, unique among the living, set-based."""

from apps.transfers.engine.context import Context, PartInfo


def made_columns(context: Context, info: PartInfo) -> list[str]:
    return [n for n, made in info.part.derived.items() if made.source in context.given]


def fill(context: Context, info: PartInfo) -> None:
    """Make `d_<field>` of the new lines of a part unique; empty it where the file gives a value."""
    for attname in made_columns(context, info):
        _fill_one(
            context,
            table=context.tables.part(info.name),
            live=info.table,
            alive=info.alive("o"),
            slug=f"d_{attname}",
            given=f"v_{attname}" if attname in info.fields else "",
            order="first",
            attname=attname,
            condition="NOT live",
        )


def _fill_one(
    context: Context,
    *,
    table: str,
    live: str,
    alive: str,
    slug: str,
    given: str,
    order: str,
    attname: str,
    condition: str,
) -> None:
    if given:
        context.execute(f"UPDATE {table} SET {slug} = NULL WHERE {given} <> ''")
    # The highest number in use behind each base, among the living and in the file itself.
    context.execute(
        f"""
        WITH used AS (
            SELECT o.{attname} AS slug FROM {live} o WHERE true{alive}
            {f"UNION ALL SELECT {given} FROM {table} WHERE {given} <> ''" if given else ""}
        ), taken AS (
            SELECT slug AS base, 1 AS n FROM used
            UNION ALL
            SELECT regexp_replace(slug, '-[0-9]{{1,6}}$', ''),
                   substring(slug FROM '-([0-9]{{1,6}})$')::int
            FROM used WHERE slug ~ '-[0-9]{{1,6}}$'
        ), highest AS (
            SELECT base, max(n) AS n FROM taken GROUP BY base
        ), ranked AS (
            SELECT t.id, t.{slug} AS base, row_number() OVER (PARTITION BY t.{slug} ORDER BY t.{order})
                   + COALESCE(h.n, 0) AS n
            FROM {table} t LEFT JOIN highest h ON h.base = t.{slug}
            WHERE {condition} AND t.{slug} IS NOT NULL
        )
        UPDATE {table} t SET {slug} = CASE WHEN r.n = 1 THEN r.base ELSE r.base || '-' || r.n END
        FROM ranked r WHERE r.id = t.id AND r.n > 1
        """
    )
    # "district" numbered to "district-2" may meet a name that is "District 2": then by its id. Joins and a
    # window instead of an EXISTS for each row, which would compare every row with every other.
    context.execute(
        f"""
        WITH made AS (
            SELECT t.id, t.{slug} AS slug,
                   row_number() OVER (PARTITION BY t.{slug} ORDER BY t.id) AS n
            FROM {table} t WHERE {condition} AND t.{slug} IS NOT NULL
        ), used AS (
            SELECT o.{attname} AS slug FROM {live} o WHERE true{alive}
            {f"UNION SELECT {given} FROM {table} WHERE {given} <> ''" if given else ""}
        ), met AS (
            SELECT id FROM made WHERE n > 1
            UNION SELECT made.id FROM made JOIN used ON used.slug = made.slug
        )
        UPDATE {table} t SET {slug} = left(t.{slug}, 180) || '-' || right(t.id::text, 12)
        FROM met WHERE met.id = t.id
        """
    )


def fill_made(context: Context, *, relation: str, live: str, alive: str) -> None:
    """The same for the related records that the plan creates."""
    _fill_one(
        context,
        table=context.tables.made,
        live=live,
        alive=alive,
        slug="slug",
        given="",
        order="number",
        attname="slug",
        condition=f"t.relation = '{relation}'",
    )
