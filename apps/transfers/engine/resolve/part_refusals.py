"""Refuses the rows whose record of a part cannot be written: ambiguous, contradictory, incomplete, taken."""

from psycopg.sql import SQL, Composable, Literal

from apps.transfers.engine.context import PartInfo, RunContext, may_be_new, scope_sql
from apps.transfers.engine.lookup.refusals import refuse, unrefused
from apps.transfers.engine.resolve import parts
from apps.transfers.engine.resolve.clashes import refuse_clashes
from apps.transfers.engine.schema import PartLine, WorkRow
from apps.transfers.engine.sql import any_of, execute, value

_WORK, _LINE = WorkRow("w"), PartLine("p")


def refuse_rows(context: RunContext, info: PartInfo) -> None:
    keys = info.usable_keys()
    _refuse_nameless(context, info, keys)
    _refuse_ambiguous(context, info)
    _refuse_two_ways(context, info, keys)
    if _any(context, info, SQL("p.clash")):
        refuse_clashes(context, info)
    _refuse_out_of_scope(context, info)
    _refuse_incomplete(context, info)
    _refuse_taken(context, info)


def _any(context: RunContext, info: PartInfo, condition: Composable) -> bool:
    return bool(
        value(
            SQL("SELECT EXISTS (SELECT FROM {} p WHERE {})").format(
                context.tables.part(info.name), condition
            )
        )
    )


def _refuse_nameless(context: RunContext, info: PartInfo, keys: list[tuple[str, ...]]) -> None:
    """Refuse rows whose keys are all blank: they identify no record."""
    if info.only_key:
        return
    labels = dict.fromkeys(
        context.columns[info.fields[name].source].label
        for key in keys
        for name in key
        if info.fields[name].source
    )
    refuse(
        context,
        code=f"{info.name}:nameless",
        rows=SQL("FROM {} w WHERE {} IS NOT TRUE AND {}").format(
            context.tables.work,
            any_of(SQL("({})").format(parts.given_in_full(context, info, key)) for key in keys),
            unrefused(context, "w"),
        ),
        message=f"This row doesn't identify the {info.part.label}. It needs {', '.join(labels)}.",
    )


def _refuse_ambiguous(context: RunContext, info: PartInfo) -> None:
    condition = SQL("p.found > 1")
    if info.only_key or not _any(context, info, condition):
        return
    message = f"%s records match this {info.part.label}. {_describe_key(context, info)}"
    refuse(
        context,
        code=f"{info.name}:ambiguous",
        rows=parts.rows_of(context, info, condition),
        message=SQL("format({}, p.found)").format(Literal(message)),
    )


def _describe_key(context: RunContext, info: PartInfo) -> str:
    """Name the columns that identify one record: all keys except the last, which several may share."""
    labels = [
        context.columns[source].label
        for key in info.part.keys[:-1]
        for name in key
        if (source := info.part.fields.get(name, "")) in context.columns
    ]
    return f"Give the {' or '.join(_in_sentence(label) for label in labels)}." if labels else ""


def _in_sentence(label: str) -> str:
    """Return "external ID" for "External ID"."""
    return label[:1].lower() + label[1:]


def _refuse_two_ways(context: RunContext, info: PartInfo, keys: list[tuple[str, ...]]) -> None:
    """Refuse rows that identify the same record by different columns."""
    condition = SQL(
        "p.live AND p.id IN (SELECT id FROM {} GROUP BY id HAVING count(*) > 1)"
    ).format(context.tables.part(info.name))
    if len(keys) > 1 and _any(context, info, condition):
        refuse(
            context,
            code=f"{info.name}:two_ways",
            rows=parts.rows_of(context, info, condition),
            message=f"Another row identifies the same {info.part.label} by another column. Keep one.",
        )


def _refuse_out_of_scope(context: RunContext, info: PartInfo) -> None:
    """Refuse without revealing whether such a record exists."""
    scope = scope_sql(info.model, context.actor)
    if scope is None:
        return
    unseen = (
        SQL("p.live AND p.id NOT IN ({})")
        if may_be_new(info.model, context.actor)
        else SQL("(NOT p.live OR p.id NOT IN ({}))")
    )
    condition = unseen.format(scope)
    code, message = f"{info.name}:not_allowed", f"You can't import this {info.part.label}."
    if context.matching.mode == "update":
        # The same message as for a record that does not exist.
        code, message = (
            "skip:new",
            f"The {info.part.label} doesn't exist, and this import only updates.",
        )
    refuse(context, code=code, rows=parts.rows_of(context, info, condition), message=message)
    # Such a record's values must not get into the plan, which its reader may open.
    execute(SQL("DELETE FROM {} p WHERE {}").format(context.tables.part(info.name), condition))


def _refuse_incomplete(context: RunContext, info: PartInfo) -> None:
    """Refuse new records without required values."""
    if context.matching.mode == "update":
        return
    for field in info.fields.values():
        column = context.columns.get(field.source)
        if column is None or not column.required or column.needed:
            continue
        condition = SQL("NOT p.live AND COALESCE({}, '') = ''").format(_LINE.new(field.attname))
        if _any(context, info, condition):
            refuse(
                context,
                code=f"{column.name}:missing",
                column=column.name,
                rows=parts.rows_of(context, info, condition),
                message=f"{column.label} is missing, and a new {info.part.label} needs it.",
            )


def _refuse_taken(context: RunContext, info: PartInfo) -> None:
    """Refuse values that must be unique besides the key: twice in the file, or another record's."""
    for attname in info.part.unique:
        field = info.fields.get(attname)
        if field is None or not field.is_given:
            continue
        condition = SQL(
            "{new} <> '' AND (EXISTS (SELECT FROM {live} o WHERE {held} = {new}{alive} "
            "AND o.id <> p.id) OR p.id IN (SELECT unnest(array_agg(q.id)) "
            "FROM {table} q WHERE {other} <> '' GROUP BY {other} HAVING count(*) > 1))"
        ).format(
            new=_LINE.new(attname),
            live=info.table,
            held=field.of("o"),
            alive=info.alive("o"),
            table=context.tables.part(info.name),
            other=PartLine("q").new(attname),
        )
        if _any(context, info, condition):
            message = (
                f"The {context.columns[field.source].label.lower()} “%s” belongs to another "
                f"{info.part.label}, so the columns of this row name two records."
            )
            refuse(
                context,
                code=f"{field.source}:taken",
                column=field.source,
                value=context.word(field.source, _WORK),
                rows=parts.rows_of(context, info, condition),
                message=SQL("format({}, {})").format(Literal(message), _WORK.cell(field.source)),
            )
