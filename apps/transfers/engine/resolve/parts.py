"""Resolves a part: one line for each distinct record in the rows, with the live one beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.transfers.declarations import VERSION
from apps.transfers.engine.context import PartField, PartInfo, RunContext, scope_sql
from apps.transfers.engine.lookup.refusals import unrefused
from apps.transfers.engine.schema import PartLine, WorkRow, drop
from apps.transfers.engine.sql import NOTHING, all_of, and_, any_of, comma, execute
from apps.transfers.engine.stage.cleaned_sql import cleaned_sql

_WORK, _GROUP = WorkRow("w"), PartLine("g")


def line_of(part: str) -> PartLine:
    """Return the line of a part with the alias that `join_sql` and the plan's table use."""
    return PartLine(f"p_{part}")


def given_text(context: RunContext, field: PartField, row: WorkRow = _WORK) -> Composable:
    """SQL of a field's staged text in the working table; for a relation, its record's key."""
    is_related = field.source in context.relations
    return row.related(field.source) if is_related else row.cell(field.source)


def build(context: RunContext, info: PartInfo) -> None:
    """Build the part's table, see `schema`."""
    if info.only_key:
        _build(context, info, _single_key(context, info, info.only_key))
    else:
        _build(context, info, _alternative_keys(context, info, info.usable_keys()))
    execute(SQL("ANALYZE {}").format(context.tables.part(info.name)))


@dataclass(frozen=True)
class _Key:
    """How rows are grouped, and how a group finds its record: by a join, or by `hits` of alternatives."""

    select: list[Composable]
    join: Composable | None = None
    hits: Composable | None = None


def key_value(
    context: RunContext, info: PartInfo, attname: str, row: WorkRow = _WORK
) -> Composable:
    """SQL of the value that a row gives to a field of its key."""
    field = info.fields[attname]
    if field.part:
        return line_of(field.part).id
    return field.value(given_text(context, field, row))


def _single_key(context: RunContext, info: PartInfo, key: tuple[str, ...]) -> _Key:
    bare = PartLine("")
    select: list[Composable] = [
        SQL("{} AS {}").format(key_value(context, info, name), bare.key(name)) for name in key
    ]
    on = all_of(SQL("{} = {}").format(info.fields[name].of("t"), _GROUP.key(name)) for name in key)
    join = SQL("LEFT JOIN {} t ON {}{}").format(info.table, on, info.alive("t"))
    return _Key(select, join)


def _alternative_keys(context: RunContext, info: PartInfo, keys: list[tuple[str, ...]]) -> _Key:
    """The first alternative that a row gives in full is its key.

    Records out of scope are not found. Otherwise, the key by which a row finds one, and how many
    share a name, would reveal that it exists.
    """
    bare = PartLine("")
    scope = scope_sql(info.model, context.actor)
    seen = and_(SQL("t.id IN ({})").format(scope) if scope else None)
    whens = SQL(" ").join(
        SQL("WHEN {} THEN {}").format(given_in_full(context, info, key), Literal(number))
        for number, key in enumerate(keys)
    )
    chosen = SQL("CASE {} END").format(whens)
    select: list[Composable] = [SQL("{} AS alt").format(chosen)]
    hits = []
    for number, key in enumerate(keys):
        select += [
            SQL("CASE WHEN ({}) = {} THEN {} END AS {}").format(
                chosen, Literal(number), key_value(context, info, name), bare.key(name, number)
            )
            for name in key
        ]
        on = all_of(
            SQL("{} = {}").format(info.fields[name].of("t"), _GROUP.key(name, number))
            for name in key
        )
        hits.append(
            SQL("SELECT g.g, t.id FROM g JOIN {} t ON {}{}{} WHERE g.alt = {}").format(
                info.table, on, info.alive("t"), seen, Literal(number)
            )
        )
    return _Key(select, hits=SQL(" UNION ALL ").join(hits))


def given_in_full(
    context: RunContext, info: PartInfo, key: tuple[str, ...], row: WorkRow = _WORK
) -> Composable:
    """SQL: does a row give a key in full? An earlier part's record always exists."""
    fields = [info.fields[name] for name in key if not info.fields[name].part]
    return all_of(SQL("{} <> ''").format(given_text(context, field, row)) for field in fields)


def _build(context: RunContext, info: PartInfo, key: _Key) -> None:
    table = context.tables.part(info.name)
    now = SQL("").join(
        SQL(", {} AS {}").format(field.of("t"), PartLine("").now(field.attname))
        for field in info.fields.values()
    )
    parts = {"grouped": _grouped(context, info, key), "now": now, "table": table}
    drop(table)
    if key.join is not None:
        execute(
            SQL(
                """
                CREATE UNLOGGED TABLE {table} AS
                SELECT g.*, 0 AS alt, t.id IS NOT NULL AS live, COALESCE(t.id, uuid7()) AS id,
                       CASE WHEN t.id IS NULL THEN 0 ELSE 1 END AS found{now}
                FROM ({grouped}) g {join}
                """
            ).format(join=key.join, **parts)
        )
        return
    execute(
        SQL(
            """
            CREATE UNLOGGED TABLE {table} AS
            WITH g AS MATERIALIZED (SELECT row_number() OVER () AS g, x.* FROM ({grouped}) x),
            hits AS ({hits}),
            best AS (SELECT g, count(*) AS found, min(id::text)::uuid AS id FROM hits GROUP BY g)
            SELECT g.*, t.id IS NOT NULL AS live, COALESCE(t.id, uuid7()) AS id,
                   COALESCE(best.found, 0) AS found{now}
            FROM g LEFT JOIN best ON best.g = g.g LEFT JOIN {live} t ON t.id = best.id
            """
        ).format(hits=key.hits or NOTHING, live=info.table, **parts)
    )


def _grouped(context: RunContext, info: PartInfo, key: _Key) -> Composable:
    """SQL of the distinct records in the rows: their values, and whether rows disagree."""
    bare = PartLine("")
    texts = {field.attname: given_text(context, field) for field in info.given}
    values = SQL("").join(
        SQL(", min({}) AS {}").format(text, bare.new(attname)) for attname, text in texts.items()
    )
    clash = any_of(SQL("min({0}) <> max({0})").format(text) for text in texts.values())
    made = SQL("").join(
        SQL(", min({}) AS {}").format(_WORK.derived(info.name, name), bare.made(name))
        for name, derived in info.part.derived.items()
        if derived.source in context.given
    )
    return SQL(
        """
        SELECT {keys}, count(*) AS n, min(w.number) AS first, {clash} AS clash{values}{made}
        FROM {work} w{joins} WHERE {unrefused} GROUP BY {grouped}
        """
    ).format(
        keys=comma(key.select),
        clash=clash,
        values=values,
        made=made,
        work=context.tables.work,
        joins=_earlier_parts(context, info),
        unrefused=unrefused(context, "w"),
        grouped=comma(Literal(position + 1) for position in range(len(key.select))),
    )


def _earlier_parts(context: RunContext, info: PartInfo) -> Composable:
    """SQL that joins the lines of the parts that this one refers to."""
    return SQL("").join(
        SQL(" JOIN {} {} ON {}").format(
            context.tables.part(field.part),
            Identifier(line_of(field.part).alias),
            row_join(context, context.by_name[field.part], line_of(field.part)),
        )
        for field in info.fields.values()
        if field.part
    )


def row_join(context: RunContext, info: PartInfo, line: PartLine) -> Composable:
    """SQL condition that joins a working row `w` to its line in the part's table."""
    if info.only_key:
        return all_of(
            SQL("{} = {}").format(line.key(name), key_value(context, info, name))
            for name in info.only_key
        )
    # One expression on both sides, so that it can be hashed.
    chosen, found = [], []
    for number, key in enumerate(info.usable_keys()):
        mark = Literal(str(number))
        chosen.append(
            SQL("WHEN {} THEN {} || {}").format(
                given_in_full(context, info, key),
                mark,
                _as_one_text(key_value(context, info, name) for name in key),
            )
        )
        found.append(
            SQL("WHEN {} = {} THEN {} || {}").format(
                line.column("alt"),
                Literal(number),
                mark,
                _as_one_text(line.key(name, number) for name in key),
            )
        )
    return SQL("(CASE {} END) = (CASE {} END)").format(SQL(" ").join(found), SQL(" ").join(chosen))


def _as_one_text(values: Iterable[Composable]) -> Composable:
    return SQL(r" || E'\x01' || ").join(SQL("{}::text").format(value) for value in values)


def differs(context: RunContext, field: PartField, line: PartLine) -> Composable:
    """SQL condition over a part's line: it gives the field another value than the live record holds."""
    new, now = line.new(field.attname), line.now(field.attname)
    found = SQL("{} IS NOT NULL AND {} IS DISTINCT FROM {}").format(new, field.value(new), now)
    column = context.columns[field.source]
    if not field.cast and (column.multiline or VERSION in context.given):
        # Differences in spaces and line endings after an export are not changes.
        found += SQL(" AND {} <> {}").format(new, cleaned_sql(column, now))
    return found


def joined(context: RunContext, info: PartInfo) -> Composable:
    """SQL (FROM …) of the working rows `w` with their line `p` in the part."""
    return SQL("FROM {} w{} JOIN {} p ON {}").format(
        context.tables.work,
        _earlier_parts(context, info),
        context.tables.part(info.name),
        row_join(context, info, PartLine("p")),
    )


def rows_of(context: RunContext, info: PartInfo, condition: Composable) -> Composable:
    """SQL (FROM … WHERE …) of the unrefused working rows `w` whose line `p` in the part meets a condition."""
    return SQL("{} WHERE {} AND {}").format(
        joined(context, info), condition, unrefused(context, "w")
    )
