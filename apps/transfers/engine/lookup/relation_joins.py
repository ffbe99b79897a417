"""Joins rows of the staging table to the records of their relation columns."""

from psycopg.sql import SQL, Composable, Identifier

from apps.transfers.engine.context import RunContext
from apps.transfers.engine.schema import RelationLine, StageRow
from apps.transfers.engine.sql import all_of


def line_of(name: str) -> RelationLine:
    """Return the line of a relation column under the alias that `join_sql` gives it."""
    return RelationLine(f"r_{name}")


def in_order(context: RunContext) -> list[str]:
    """Sort relations so that one that is looked up within another comes after it."""

    def depth(name: str) -> int:
        relation = context.columns[name].relation
        within = relation.within.values() if relation else ()
        return 1 + max((depth(each) for each in within if each in context.relations), default=0)

    return sorted(context.relations, key=depth)


def join_sql(context: RunContext, *, upto: str = "", through: str = "") -> Composable:
    """SQL that joins the resolved relations to rows `s` of the staging table: those before `upto`,
    those up to and including `through`, or all.
    """
    staged, joins = StageRow("s"), []
    for name in in_order(context):
        if name == upto:
            break
        relation, line = context.columns[name].relation, line_of(name)
        on: list[Composable] = [
            SQL("{} = {}").format(line.column("value"), staged.cell(name)),
            *(
                SQL("{} = {}").format(line.within(other), line_of(other).column("id"))
                for other in (relation.within.values() if relation else ())
                if other in context.relations
            ),
        ]
        joins.append(
            SQL("LEFT JOIN {} {} ON {}").format(
                context.tables.relation(name), Identifier(line.alias), all_of(on)
            )
        )
        if name == through:
            break
    return SQL(" ").join(joins)
