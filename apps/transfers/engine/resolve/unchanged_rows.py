"""Finds, before any grouping, the rows that equal the stored records.

Most rows of a repeated roster change nothing. A row is *unchanged* if the records of all its parts
exist, every cell equals their values, and no other row identifies one of them (it might
contradict). Unchanged rows take one pass of joins; the others go through all steps.
"""

from psycopg.sql import SQL, Composable, Identifier

from apps.transfers.declarations import VERSION
from apps.transfers.engine.context import PartField, PartInfo, RunContext, scope_sql
from apps.transfers.engine.lookup import refusals
from apps.transfers.engine.lookup.relation_joins import join_sql, line_of
from apps.transfers.engine.resolve import reactivation
from apps.transfers.engine.schema import StageRow, UnchangedRow, drop, has_rows
from apps.transfers.engine.sql import all_of, comma, execute

_STAGED = StageRow("s")


def fill(context: RunContext) -> bool:
    """Fill the table of unchanged rows, with the keys of their records; return whether there are any."""
    table = context.tables.unchanged
    drop(table)
    if not _is_possible(context):
        execute(SQL("CREATE UNLOGGED TABLE {} (number int)").format(table))
        return False
    bare = UnchangedRow("")
    # OFFSET 0 keeps the comparisons out of the joins: PostgreSQL would take them for rare, and
    # use nested loops.
    execute(
        SQL(
            "CREATE UNLOGGED TABLE {table} AS SELECT number, {ids} FROM ("
            "SELECT s.number, {found}, {same} AS is_same {matches} WHERE {usable} OFFSET 0"
            ") m WHERE is_same"
        ).format(
            table=table,
            ids=comma(bare.id(info.name) for info in context.parts),
            found=comma(
                SQL("{}.id AS {}").format(_live(info.name), bare.id(info.name))
                for info in context.parts
            ),
            same=all_of(_same(context, info) for info in context.parts),
            matches=_matches(context),
            usable=_usable(context),
        )
    )
    if not has_rows(table):
        return False
    _drop_repeated(context)
    _drop_shared(context)
    execute(SQL("ANALYZE {}").format(table))
    return True


def _is_possible(context: RunContext) -> bool:
    """Tell whether equal cells mean that there is nothing to do or report.

    Not if only new records are wanted, if the file has versions, or if some records are out of the
    agent's scope.
    """
    return (
        context.matching.mode != "create"
        and VERSION not in context.given
        and all(info.only_key for info in context.parts)
        and all(scope_sql(info.model, context.actor) is None for info in context.parts)
    )


def _live(part: str) -> Identifier:
    """The alias of a part's live record."""
    return Identifier(f"t_{part}")


def _usable(context: RunContext) -> Composable:
    return SQL("s.problems IS NULL AND {}").format(refusals.unrefused(context, "s"))


def _matches(context: RunContext) -> Composable:
    joins = [
        SQL("JOIN {} {} ON {}{}").format(
            info.table,
            _live(info.name),
            all_of(
                SQL("{}.{} = {}").format(
                    _live(info.name), info.fields[name].column, _value(context, info.fields[name])
                )
                for name in info.only_key or ()
            ),
            info.alive(f"t_{info.name}"),
        )
        for info in context.parts
    ]
    return SQL("FROM {} s {} {}").format(
        context.tables.stage, join_sql(context), SQL(" ").join(joins)
    )


def _value(context: RunContext, field: PartField) -> Composable:
    """SQL of the value that row `s` gives to a field."""
    if field.part:
        return SQL("{}.id").format(_live(field.part))
    if field.source in context.relations:
        return line_of(field.source).column("id")
    return field.value(_STAGED.cell(field.source))


def _same(context: RunContext, info: PartInfo) -> Composable:
    keys = info.only_key or ()
    same: list[Composable] = [
        SQL("({} IS NULL OR {} IS NOT DISTINCT FROM {}.{})").format(
            _STAGED.cell(field.source), _value(context, field), _live(info.name), field.column
        )
        for field in info.given
        if field.attname not in keys
    ]
    if info.part.undo:
        same.append(SQL("NOT ({})").format(reactivation.is_deactivated(info, f"t_{info.name}")))
    return all_of(same)


def _drop_repeated(context: RunContext) -> None:
    """Drop records that several rows identify: they go through all steps, and one row counts."""
    execute(
        SQL(
            "DELETE FROM {table} WHERE {last} IN "
            "(SELECT {last} FROM {table} GROUP BY 1 HAVING count(*) > 1)"
        ).format(table=context.tables.unchanged, last=UnchangedRow("").id(context.last.name))
    )


def _drop_shared(context: RunContext) -> None:
    """Also drop records that another row identifies. A key with an earlier part's ID is shared only
    if that part's record is.
    """
    for info in context.parts:
        fields = [info.fields[name] for name in info.only_key or ()]
        if any(field.part for field in fields):
            continue
        execute(
            SQL(
                "DELETE FROM {table} d USING {stage} s {joins} WHERE d.number = s.number "
                "AND ({key}) IN (SELECT {key} FROM {stage} s {joins} WHERE {usable} "
                "AND NOT EXISTS (SELECT FROM {table} d WHERE d.number = s.number))"
            ).format(
                table=context.tables.unchanged,
                stage=context.tables.stage,
                joins=join_sql(context),
                key=comma(_value(context, field) for field in fields),
                usable=_usable(context),
            )
        )
