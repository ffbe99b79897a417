"""Refuses the rows whose record of a part cannot be written: ambiguous, contradictory, incomplete, taken."""

from apps.transfers.engine.context import (
    Context,
    PartField,
    PartInfo,
    may_be_new,
    scope_literal,
)
from apps.transfers.engine.resolve import parts
from apps.transfers.engine.resolve.refusals import refuse, unrefused


def find(context: Context, info: PartInfo) -> None:
    keys = info.usable_keys()
    _refuse_nameless(context, info, keys)
    _refuse_ambiguous(context, info, keys)
    _refuse_two_ways(context, info, keys)
    _refuse_clashes(context, info)
    _refuse_out_of_scope(context, info)
    _refuse_incomplete(context, info)
    _refuse_taken(context, info)


def _any(
    context: Context, info: PartInfo, condition: str, params: list[object] | None = None
) -> bool:
    table = context.tables.part(info.name)
    return bool(
        context.rows(f"SELECT EXISTS (SELECT FROM {table} p WHERE {condition})", params or None)[0][
            0
        ]
    )


def _refuse_nameless(context: Context, info: PartInfo, keys: list[tuple[str, ...]]) -> None:
    """A row whose keys are all blank means no record."""
    if info.only_key:
        return
    given = " OR ".join(f"({parts.given_in_full(context, info, key)})" for key in keys)
    labels = dict.fromkeys(
        context.columns[info.fields[name].source].label
        for key in keys
        for name in key
        if info.fields[name].source
    )
    refuse(
        context,
        code=f"{info.name}:nameless",
        column="",
        number="w.number",
        rows=(
            f"FROM {context.tables.work} w WHERE ({given}) IS NOT TRUE "
            f"AND {unrefused(context, 'w')}"
        ),
        text=f"This row doesn't identify the {info.part.label}. It needs {', '.join(labels)}.",
    )


def _refuse_ambiguous(context: Context, info: PartInfo, keys: list[tuple[str, ...]]) -> None:
    if info.only_key or not _any(context, info, "p.found > 1"):
        return
    refuse(
        context,
        code=f"{info.name}:ambiguous",
        column="",
        number="w.number",
        rows=parts.rows_of(context, info, "p.found > 1"),
        message="format(%s, p.found)",
        params=[f"%s records match this {info.part.label}. Give the external ID or slug."],
    )


def _refuse_two_ways(context: Context, info: PartInfo, keys: list[tuple[str, ...]]) -> None:
    """Two rows that mean one record by different columns are refused, both."""
    table = context.tables.part(info.name)
    condition = f"p.live AND p.id IN (SELECT id FROM {table} GROUP BY id HAVING count(*) > 1)"
    if len(keys) > 1 and _any(context, info, condition):
        refuse(
            context,
            code=f"{info.name}:two_ways",
            column="",
            number="w.number",
            rows=parts.rows_of(context, info, condition),
            text=f"Another row identifies the same {info.part.label} by another column. Keep one.",
        )


# Of rows that disagree, so many spellings are named, and of each so many rows.
_SPELLINGS, _ROWS = 4, 3


def _refuse_clashes(context: Context, info: PartInfo) -> None:
    """Rows that say different things about one record are refused, all of them. Each is told who says
    what, and what it says itself."""
    if not _any(context, info, "p.clash"):
        return
    # In one statement: a row that is refused for one field is told of the others as well.
    clashes = [_clash(context, info, field) for field in info.fields.values() if field.is_given]
    context.execute(
        f"INSERT INTO {context.tables.refused} (number, cause, problem) "
        + " UNION ALL ".join(sql for sql, _ in clashes),
        [each for _, params in clashes for each in params],
    )


def _clash(context: Context, info: PartInfo, field: PartField) -> tuple[str, list[str]]:
    """SQL, with its parameters, of the refusals of rows that disagree about one field."""
    text = parts.text_of(context, field)
    shown = context.word(field.source, "w")
    from_, _, where = parts.rows_of(context, info, "p.clash").partition(" WHERE ")
    some = f"array_to_string(numbers[1:{_ROWS}], ', ')"
    sql = f"""(
        WITH said AS (
            SELECT p.id, {text} AS value, {shown} AS shown, count(*) AS n,
                   array_agg(w.number ORDER BY w.number) AS numbers
            {from_} WHERE {where} AND {text} IS NOT NULL GROUP BY 1, 2, 3
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY id ORDER BY n DESC, numbers[1]) AS rank
            FROM said
        ), told AS (
            SELECT id, count(*) AS spellings, string_agg(
                CASE WHEN shown = '' THEN 'blank' ELSE '“' || left(shown, 80) || '”' END || CASE
                    WHEN n = 1 THEN ' in row ' || numbers[1]
                    WHEN n <= {_ROWS} THEN ' in rows ' || {some}
                    ELSE ' in ' || n || ' rows (' || {some} || ', …)' END,
                ', ' ORDER BY rank) FILTER (WHERE rank <= {_SPELLINGS}) AS who
            FROM ranked GROUP BY id HAVING count(DISTINCT value) > 1
        ), rows_of AS (
            SELECT p.id, count(*) AS n {from_} WHERE {where} GROUP BY p.id
        )
        SELECT w.number, %s, jsonb_build_object(
            'code', %s::text, 'column', %s::text, 'value', COALESCE(left({shown}, 200), ''),
            'suggestion', '', 'message', format(
                '%%s rows disagree about this {info.part.label}: %%s is %%s%%s.%%s',
                rows_of.n, %s::text, told.who,
                CASE WHEN told.spellings > {_SPELLINGS} THEN
                    format(', and %%s more', told.spellings - {_SPELLINGS}) ELSE '' END,
                CASE WHEN {text} IS NULL THEN ' This row leaves it blank.' ELSE '' END))
        {from_} JOIN told ON told.id = p.id JOIN rows_of ON rows_of.id = p.id
        WHERE {where})"""
    code = f"{field.source}:conflict"
    return sql, [code, code, field.source, context.columns[field.source].label.lower()]


def _refuse_out_of_scope(context: Context, info: PartInfo) -> None:
    """Refuse without telling whether such a record exists."""
    scope = scope_literal(info.model, context.actor)
    if not scope:
        return
    condition = f"p.live AND p.id NOT IN ({scope})"
    if not may_be_new(info.model, context.actor):
        condition = f"(NOT p.live OR p.id NOT IN ({scope}))"
    code, text = f"{info.name}:not_allowed", f"You can't import this {info.part.label}."
    if context.matching.mode == "update":
        # As where there is none.
        code, text = (
            "skip:new",
            f"The {info.part.label} doesn't exist, and this import only updates.",
        )
    refuse(
        context,
        code=code,
        column="",
        number="w.number",
        rows=parts.rows_of(context, info, condition).replace("%", "%%"),
        text=text,
    )
    # What such a record holds must not come into the plan, which its reader may open.
    context.execute(f"DELETE FROM {context.tables.part(info.name)} p WHERE {condition}")


def _refuse_incomplete(context: Context, info: PartInfo) -> None:
    """A new record must have what every record has."""
    if context.matching.mode == "update":
        return
    for field in info.fields.values():
        column = context.columns.get(field.source)
        if column is None or not column.required or column.needed:
            continue
        condition = f"NOT p.live AND COALESCE(p.v_{field.attname}, '') = ''"
        if _any(context, info, condition):
            refuse(
                context,
                code=f"{column.name}:missing",
                column=column.name,
                number="w.number",
                rows=parts.rows_of(context, info, condition),
                text=f"{column.label} is missing, and a new {info.part.label} needs it.",
            )


def _refuse_taken(context: Context, info: PartInfo) -> None:
    """What must be unique beside the key: not twice in the file, not another record's."""
    table = context.tables.part(info.name)
    for attname in info.part.unique:
        field = info.fields.get(attname)
        if field is None or not field.is_given:
            continue
        value = f"p.v_{attname}"
        condition = (
            f"{value} <> '' AND (EXISTS (SELECT FROM {info.table} o WHERE o.{field.column} "
            f"= {value}"
            f"{info.alive('o')} AND o.id <> p.id) OR p.id IN (SELECT unnest(array_agg(q.id)) "
            f"FROM {table} q WHERE q.v_{attname} <> '' GROUP BY q.v_{attname} HAVING count(*) > 1))"
        )
        if _any(context, info, condition):
            label = context.columns[field.source].label
            refuse(
                context,
                code=f"{field.source}:taken",
                column=field.source,
                number="w.number",
                value=context.word(field.source, "w"),
                rows=parts.rows_of(context, info, condition),
                message=f"format(%s, w.c_{field.source})",
                params=[
                    f"The {label.lower()} “%s” belongs to another {info.part.label}, so "
                    "the columns of this row name two records."
                ],
            )
