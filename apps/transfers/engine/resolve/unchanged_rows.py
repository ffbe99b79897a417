"""Sets apart, before any grouping, the rows that say what the records say already.

Most rows of a roster that comes again change nothing. A row is *unchanged* when the records of all its
parts are there, every cell equals what they hold, and no other row means one of them (it might contradict).
What is unchanged takes one pass of joins; the others go the whole way.
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
    # The fence keeps the comparisons out of the joins: the planner takes them for rare, and would loop.
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
    """Whether equal cells mean that nothing is to be done or said: not where only new records are
    wanted, where the file carries versions, or where not every record is the agent's to see."""
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
    """A record that several rows mean is for the whole way: one of them counts."""
    execute(
        SQL(
            "DELETE FROM {table} WHERE {last} IN "
            "(SELECT {last} FROM {table} GROUP BY 1 HAVING count(*) > 1)"
        ).format(table=context.tables.unchanged, last=UnchangedRow("").id(context.last.name))
    )


def _drop_shared(context: RunContext) -> None:
    """So is a record that another row means too. A key with an earlier part's id is shared only where
    that part's is."""
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
