"""Resolves a part: one line for each different record that the rows mean, with the live one beside it."""

from apps.transfers.declarations import VERSION
from apps.transfers.engine.context import Context, PartField, PartInfo, scope_literal
from apps.transfers.engine.stage.column_reader import cleaned_sql


def text_of(context: Context, field: PartField, alias: str = "w") -> str:
    """SQL of a field's staged text in the working table; for a relation its record's id."""
    return f"{alias}.{'i' if field.source in context.relations else 'c'}_{field.source}"


def build(context: Context, info: PartInfo) -> None:
    """Build the part's table: `id` (live or new), `live`, `first` row, `n` rows, `clash`, values, before."""
    if info.only_key:
        _group(context, info, _single_key(context, info, info.only_key))
    else:
        _group(context, info, _alternative_keys(context, info, info.usable_keys()))
    context.execute(f"ANALYZE {context.tables.part(info.name)}")


class _Key:
    """How rows are grouped (`select`, `group`) and how a group finds its record (`found`)."""

    def __init__(self, select: list[str], names: list[str], found: str, join: str) -> None:
        self.select = select
        self.names = names
        self.found = found
        self.join = join


def key_value(context: Context, info: PartInfo, attname: str, alias: str = "w") -> str:
    field = info.fields[attname]
    if field.part:
        return f"p_{field.part}.id"
    return field.value(text_of(context, field, alias))


def _single_key(context: Context, info: PartInfo, key: tuple[str, ...]) -> _Key:
    select = [f"{key_value(context, info, name)} AS k_{name}" for name in key]
    names = [f"k_{name}" for name in key]
    on = " AND ".join(f"t.{info.fields[name].column} = g.k_{name}" for name in key)
    return _Key(select, names, "", f"LEFT JOIN {info.table} t ON {on}{info.alive('t')}")


def _alternative_keys(context: Context, info: PartInfo, keys: list[tuple[str, ...]]) -> _Key:
    """The first alternative that a row gives in full decides.

    What the actor does not see is not found: by which of its names a row means it, and how many are
    called so, would tell that it exists.
    """
    scope = scope_literal(info.model, context.actor)
    seen = f" AND t.id IN ({scope})" if scope else ""
    whens, select, names, found = [], [], [], []
    for number, key in enumerate(keys):
        whens.append(f"WHEN {given_in_full(context, info, key)} THEN {number}")
    chosen = f"CASE {' '.join(whens)} END"
    for number, key in enumerate(keys):
        for name in key:
            select.append(
                f"CASE WHEN ({chosen}) = {number} THEN {key_value(context, info, name)} END "
                f"AS k{number}_{name}"
            )
            names.append(f"k{number}_{name}")
        on = " AND ".join(f"t.{info.fields[n].column} = g.k{number}_{n}" for n in key)
        found.append(
            f"SELECT g.g, t.id FROM g JOIN {info.table} t ON {on}{info.alive('t')}{seen} WHERE g.alt = {number}"
        )
    select.insert(0, f"{chosen} AS alt")
    names.insert(0, "alt")
    return _Key(select, names, " UNION ALL ".join(found), "")


def given_in_full(context: Context, info: PartInfo, key: tuple[str, ...], alias: str = "w") -> str:
    """SQL of whether a row gives a key in full; an earlier part's record is always there."""
    fields = [info.fields[name] for name in key if not info.fields[name].part]
    return " AND ".join(f"{text_of(context, field, alias)} <> ''" for field in fields) or "true"


def _group(context: Context, info: PartInfo, key: _Key) -> None:
    table = context.tables.part(info.name)
    valued = [field for field in info.fields.values() if field.is_given]
    values = "".join(f", min({text_of(context, f)}) AS v_{f.attname}" for f in valued)
    clash = (
        " OR ".join(f"min({text_of(context, f)}) <> max({text_of(context, f)})" for f in valued)
        or "false"
    )
    derived = "".join(
        f", min(w.d_{info.name}_{name}) AS d_{name}"
        for name, made in info.part.derived.items()
        if made.source in context.given
    )
    joins = "".join(
        f" JOIN {context.tables.part(f.part)} p_{f.part} ON {_part_join(context, f.part)}"
        for f in info.fields.values()
        if f.part
    )
    before = "".join(f", t.{f.column} AS b_{f.attname}" for f in info.fields.values())
    grouped = f"""
        SELECT {", ".join(key.select)}, count(*) AS n, min(w.number) AS first, ({clash}) AS clash
               {values}{derived}
        FROM {context.tables.work} w{joins}
        WHERE NOT EXISTS (SELECT FROM {context.tables.refused} x WHERE x.number = w.number)
        GROUP BY {", ".join(str(i + 1) for i in range(len(key.select)))}
    """
    context.execute(f"DROP TABLE IF EXISTS {table}")
    if key.join:
        sql = f"""
            SELECT g.*, 0 AS alt, t.id IS NOT NULL AS live, COALESCE(t.id, uuid7()) AS id,
                   CASE WHEN t.id IS NULL THEN 0 ELSE 1 END AS found{before}
            FROM ({grouped}) g {key.join}
        """
    else:
        sql = f"""
            WITH g AS MATERIALIZED (SELECT row_number() OVER () AS g, x.* FROM ({grouped}) x),
            hits AS ({key.found}),
            best AS (SELECT g, count(*) AS found, min(id::text)::uuid AS id FROM hits GROUP BY g)
            SELECT g.*, t.id IS NOT NULL AS live, COALESCE(t.id, uuid7()) AS id,
                   COALESCE(best.found, 0) AS found{before}
            FROM g LEFT JOIN best ON best.g = g.g LEFT JOIN {info.table} t ON t.id = best.id
        """
    context.execute(f"CREATE UNLOGGED TABLE {table} AS {sql}")


def _part_join(context: Context, name: str) -> str:
    return row_join(context, context.by_name[name], "w", f"p_{name}")


def row_join(context: Context, info: PartInfo, alias: str, part_alias: str) -> str:
    """SQL condition that joins a working row to its line in the part's table."""
    if info.only_key:
        return " AND ".join(
            f"{part_alias}.k_{name} = {key_value(context, info, name, alias)}"
            for name in info.only_key
        )
    keys = info.usable_keys()
    # One expression on both sides, so that it can be hashed.
    chosen = "CASE " + " ".join(
        f"WHEN {given_in_full(context, info, key, alias)} THEN '{number}' || "
        + " || E'\\x01' || ".join(f"{key_value(context, info, n, alias)}::text" for n in key)
        for number, key in enumerate(keys)
    )
    line = "CASE " + " ".join(
        f"WHEN {part_alias}.alt = {number} THEN '{number}' || "
        + " || E'\\x01' || ".join(f"{part_alias}.k{number}_{n}::text" for n in key)
        for number, key in enumerate(keys)
    )
    return f"({line} END) = ({chosen} END)"


def differs(context: Context, field: PartField, alias: str) -> str:
    """SQL condition over a part's line: it gives the field another value than the live record holds."""
    new, old = f"{alias}.v_{field.attname}", f"{alias}.b_{field.attname}"
    found = f"{new} IS NOT NULL AND {field.value(new)} IS DISTINCT FROM {old}"
    column = context.columns[field.source]
    if not field.cast and (column.multiline or VERSION in context.given):
        # What comes back from an export is no change for its spaces and line ends.
        found += f" AND {new} <> {cleaned_sql(column, old)}"
    return found


def rows_of(context: Context, info: PartInfo, condition: str) -> str:
    """SQL (FROM … WHERE …) of the working rows `w` whose line `p` in the part meets a condition."""
    joins = "".join(
        f" JOIN {context.tables.part(f.part)} p_{f.part} ON {_part_join(context, f.part)}"
        for f in info.fields.values()
        if f.part
    )
    return (
        f"FROM {context.tables.work} w{joins} "
        f"JOIN {context.tables.part(info.name)} p ON {row_join(context, info, 'w', 'p')} "
        f"WHERE {condition} AND NOT EXISTS "
        f"(SELECT FROM {context.tables.refused} x WHERE x.number = w.number)"
    )
