"""The related records that a run made because a cell named them: they go where nobody has touched them."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection

from apps.transfers.declarations import Relation
from apps.transfers.engine.apply.writing import made_values
from apps.transfers.engine.context import Context, scope_literal
from apps.transfers.engine.ranges import KEPT, UndoRange
from apps.transfers.engine.tables import alive
from apps.transfers.engine.undo.rules import Kept
from apps.transfers.engine.undo.values import Leaving, differs, used_elsewhere


class Made:
    """The records of one relation column, as SQL over the made ones `m` and the records `t`.

    `leaving` are the run's own records that are still to go: they hold nothing. None at the end of an
    undo, when what goes is gone.
    """

    def __init__(
        self, context: Context, name: str, relation: Relation, leaving: Leaving | None
    ) -> None:
        self.context = context
        self.name = name
        self.model: Any = apps.get_model(relation.model)
        self.label = str(self.model._meta.verbose_name)
        self.table = connection.ops.quote_name(self.model._meta.db_table)
        self.changed = differs(self.model, made_values(self.model, relation))
        self.used, self.params = used_elsewhere(context, self.model, "t", without=leaving)
        self.of_run = f"m.relation = '{name}' AND m.outcome = 'applied'{alive(self.model, 't')}" + (
            f" AND t.id IN ({scope.replace('%', '%%')})"
            if (scope := scope_literal(self.model, context.actor))
            else ""
        )

    @property
    def key(self) -> str:
        """The key of these records in the tally of an undo."""
        return f"made:{self.name}"

    def _leaving(self) -> str:
        return (
            f"FROM {self.context.tables.made} m JOIN {self.table} t ON t.id = m.id "
            f"WHERE {self.of_run} AND NOT ({self.changed}) AND NOT ({self.used})"
        )

    def count(self) -> int:
        return int(self.context.rows(f"SELECT count(*) {self._leaving()}", self.params)[0][0])

    def to_remove(self) -> list[Any]:
        """Return the keys of those that go, and remember them as undone."""
        sql = f"UPDATE {self.context.tables.made} SET outcome = 'undone' WHERE id IN (SELECT m.id {self._leaving()}) RETURNING id"
        return [pk for (pk,) in self.context.rows(sql, self.params)]

    def staying(self) -> dict[str, str]:
        """Return key → why of those that stay."""
        return {
            str(pk): f"The {self.label} “{value}”, which the import created, "
            f"{'was changed' if is_changed else 'has been used by other records'} since."
            for pk, value, is_changed in self.context.rows(
                f"SELECT m.id, m.value, ({self.changed}) FROM {self.context.tables.made} m "
                f"JOIN {self.table} t ON t.id = m.id WHERE {self.of_run} "
                f"AND (({self.changed}) OR {self.used})",
                self.params,
            )
        }


def of(context: Context, leaving: Leaving | None = None) -> Iterator[Made]:
    for name in context.relations:
        relation = context.columns[name].relation
        if relation is not None and name in context.matching.create_missing:
            yield Made(context, name, relation, leaving)


def add_kept(context: Context, made: Made, kept: Kept, rows: UndoRange | None = None) -> None:
    """Add the records that stay, each at the first applied row that named it, but for those that a kept
    row holds: there it is said already. `rows` are those that are still to be undone."""
    staying = made.staying()
    if not staying:
        return
    plan = context.tables.plan
    still = f"p.outcome = '{KEPT}'"
    params: list[Any] = []
    if rows is not None:
        still = f"((p.outcome = '{KEPT}' AND NOT ({rows.where()})) OR p.number = ANY(%s))"
        params = [*rows.params, kept.numbers]
    for pk, number, is_held in context.rows(
        f"SELECT p.i_{made.name}, min(p.number), bool_or({still}) FROM {plan} p "
        f"WHERE p.i_{made.name} = ANY(%s) AND p.verdict IN ('create', 'update') "
        f"AND p.outcome IN ('', '{KEPT}') GROUP BY 1",
        [*params, list(staying)],
    ):
        if not is_held:
            kept.add(number, staying[pk])
