"""Sets aside, before any grouping, the rows that say what the records say already.

Most rows of a roster that comes again change nothing. A row is *settled* when the records of all its
parts are there, every cell equals what they hold, and no row that is not settled means one of them (it
might contradict). What is settled takes one pass of joins; the others go the whole way.
"""

from apps.transfers.declarations import VERSION
from apps.transfers.engine.context import Context, PartField, PartInfo, scope_sql
from apps.transfers.engine.resolve import reactivation, refusals, relations


def find(context: Context) -> bool:
    """Fill the table of settled rows, with the ids of their records; return whether there are any."""
    table = context.tables.settled
    context.execute(f"DROP TABLE IF EXISTS {table}")
    if not _is_possible(context):
        context.execute(f"CREATE UNLOGGED TABLE {table} (number int)")
        return False
    ids = ", ".join(f"id_{info.name}" for info in context.parts)
    found = ", ".join(f"t_{info.name}.id AS id_{info.name}" for info in context.parts)
    same = " AND ".join(_same(context, info) for info in context.parts)
    # The fence keeps the comparisons out of the joins: the planner takes them for rare, and would loop.
    context.execute(
        f"CREATE UNLOGGED TABLE {table} AS SELECT number, {ids} FROM ("
        f"SELECT s.number, {found}, {same} AS is_same {_matches(context)} "
        f"WHERE {_usable(context)} OFFSET 0"
        f") m WHERE is_same"
    )
    if not context.rows(f"SELECT EXISTS (SELECT FROM {table})")[0][0]:
        return False
    _open_repeated(context)
    _open_shared(context)
    context.execute(f"ANALYZE {table}")
    return True


def _is_possible(context: Context) -> bool:
    """Whether equal cells mean that nothing is to be done or said: not where only new records are
    wanted, where the file carries versions, or where not every record is the agent's to see."""
    return (
        context.matching.mode != "create"
        and VERSION not in context.given
        and all(info.only_key for info in context.parts)
        and all(
            scope_sql(info.model, context.actor, alive_only=False) is None for info in context.parts
        )
    )


def _usable(context: Context) -> str:
    return f"s.problems IS NULL AND {refusals.unrefused(context, 's')}"


def _matches(context: Context) -> str:
    joins = [
        f"JOIN {info.table} t_{info.name} ON "
        + " AND ".join(
            f"t_{info.name}.{info.fields[name].column} = {_value(context, info.fields[name])}"
            for name in info.only_key or ()
        )
        + info.alive(f"t_{info.name}")
        for info in context.parts
    ]
    return f"FROM {context.tables.stage} s {relations.join_sql(context)} {' '.join(joins)}"


def _value(context: Context, field: PartField) -> str:
    """SQL of the value that row `s` gives to a field."""
    if field.part:
        return f"t_{field.part}.id"
    if field.source in context.relations:
        return f"r_{field.source}.id"
    return field.value(f"s.c_{field.source}")


def _same(context: Context, info: PartInfo) -> str:
    alias = f"t_{info.name}"
    keys = info.only_key or ()
    same = [
        f"(s.c_{field.source} IS NULL OR {_value(context, field)} IS NOT DISTINCT FROM "
        f"{alias}.{field.column})"
        for name, field in info.fields.items()
        if field.is_given and name not in keys
    ]
    if info.part.undo:
        same.append(f"NOT ({reactivation.is_aside(info, alias)})")
    return " AND ".join(same) or "true"


def _open_repeated(context: Context) -> None:
    """A record that several rows mean is for the whole way: one of them counts."""
    table, last = context.tables.settled, f"id_{context.last.name}"
    context.execute(
        f"DELETE FROM {table} WHERE {last} IN "
        f"(SELECT {last} FROM {table} GROUP BY 1 HAVING count(*) > 1)"
    )


def _open_shared(context: Context) -> None:
    """So is a record that a row beside these means too. A key with an earlier part's id is shared
    only where that part's is."""
    table, stage = context.tables.settled, context.tables.stage
    joins = relations.join_sql(context)
    for info in context.parts:
        fields = [info.fields[name] for name in info.only_key or ()]
        if any(field.part for field in fields):
            continue
        key = ", ".join(_value(context, field) for field in fields)
        context.execute(
            f"DELETE FROM {table} d USING {stage} s {joins} WHERE d.number = s.number "
            f"AND ({key}) IN (SELECT {key} FROM {stage} s {joins} WHERE {_usable(context)} "
            f"AND NOT EXISTS (SELECT FROM {table} d WHERE d.number = s.number))"
        )
