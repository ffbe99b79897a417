"""The related records that a run made because a cell named them: they go where nobody has touched them."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection

from apps.transfers.declarations import Relation
from apps.transfers.engine.context import Context, scope_literal
from apps.transfers.engine.tables import alive
from apps.transfers.engine.undo_rules import Kept, UndoRange
from apps.transfers.engine.undo_values import differs, used_elsewhere
from apps.transfers.engine.writing import made_values


class Made:
    """The records of one relation column, as SQL over the made ones `m` and the records `t`."""

    def __init__(self, context: Context, name: str, relation: Relation) -> None:
        self.context = context
        self.name = name
        self.model: Any = apps.get_model(relation.model)
        self.label = str(self.model._meta.verbose_name)
        self.table = connection.ops.quote_name(self.model._meta.db_table)
        self.of_run = f"m.relation = '{name}' AND m.outcome = 'applied'{alive(self.model, 't')}" + (
            f" AND t.id IN ({scope.replace('%', '%%')})"
            if (scope := scope_literal(self.model, context.actor))
            else ""
        )
        self.changed = differs(self.model, made_values(self.model, relation))

    def used(self, *, exclude_own: bool) -> str:
        return used_elsewhere(self.context, self.model, "t", exclude_own=exclude_own)

    def to_remove(self) -> str:
        """SQL condition over `t`: it goes."""
        return (
            f"t.id IN (SELECT m.id FROM {self.context.tables.made} m JOIN {self.table} t "
            f"ON t.id = m.id WHERE {self.of_run} AND NOT ({self.changed}) "
            f"AND NOT ({self.used(exclude_own=False)}))"
        )

    def kept(self, *, exclude_own: bool) -> dict[int, tuple[str, Any]]:
        """Return row → (why, id) of those that stay; each is told at the row that was its first."""
        return {
            number: (
                f"The {self.label} “{value}”, which the import made, "
                f"{'was changed' if is_changed else 'is used by others'} since.",
                pk,
            )
            for number, value, pk, is_changed in self.context.rows(
                f"SELECT m.number, m.value, m.id, ({self.changed}) FROM {self.context.tables.made} m "
                f"JOIN {self.table} t ON t.id = m.id WHERE {self.of_run} "
                f"AND (({self.changed}) OR {self.used(exclude_own=exclude_own)})"
            )
        }


def of(context: Context) -> Iterator[Made]:
    for name in context.relations:
        relation = context.columns[name].relation
        if relation is not None and name in context.matching.create_missing:
            yield Made(context, name, relation)


def add_kept(
    context: Context, made: Made, rows: UndoRange, kept: Kept, *, exclude_own: bool
) -> None:
    """Add the records that stay, but for those that a kept row holds: there it is said already."""
    staying = made.kept(exclude_own=exclude_own)
    if not staying:
        return
    held = {
        str(pk)
        for (pk,) in context.rows(
            f"SELECT DISTINCT p.i_{made.name} FROM {context.tables.plan} p "
            f"WHERE p.outcome = 'kept' OR ({rows.where()} AND p.number = ANY(%s))",
            [*rows.params, kept.numbers],
        )
    }
    for number, (why, pk) in staying.items():
        if str(pk) not in held:
            kept.add(number, why)
