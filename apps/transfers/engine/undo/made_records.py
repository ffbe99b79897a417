"""The related records that a run created because a cell named them: removed unless changed or in use."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from psycopg.sql import SQL, Composable, Literal

from apps.transfers.declarations import Relation
from apps.transfers.engine.apply.values import made_values
from apps.transfers.engine.context import RunContext, scope_sql
from apps.transfers.engine.ranges import KEPT, UndoRange
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import alive, and_, one_of, rows, table_of, value
from apps.transfers.engine.undo.rules import Kept
from apps.transfers.engine.undo.values import RecordsToRemove, differs, used_elsewhere


class CreatedRecords:
    """The records of one relation column, as SQL over the created ones `m` and the records `t`.

    `leaving` are the run's own records that are still to be removed and do not count as users; None
    at the end of an undo, when they are gone.
    """

    def __init__(
        self, context: RunContext, name: str, relation: Relation, leaving: RecordsToRemove | None
    ) -> None:
        self.context = context
        self.name = name
        self.model: Any = apps.get_model(relation.model)
        self.label = str(self.model._meta.verbose_name)
        self.live = table_of(self.model)
        changed = differs(self.model, made_values(self.model, relation))
        used = used_elsewhere(context, self.model, without=leaving)
        scope = scope_sql(self.model, context.actor)
        of_run = SQL("m.relation = {} AND m.outcome = 'applied'{}{}").format(
            Literal(name),
            alive(self.model, "t"),
            and_(SQL("t.id IN ({})").format(scope) if scope else None),
        )
        self._names = {
            "made": context.tables.made,
            "live": self.live,
            "of_run": of_run,
            "changed": changed,
            "used": used,
        }

    @property
    def key(self) -> str:
        """The key of these records in an undo's tally."""
        return f"made:{self.name}"

    def _leaving(self) -> Composable:
        return SQL(
            "FROM {made} m JOIN {live} t ON t.id = m.id "
            "WHERE {of_run} AND NOT {changed} AND NOT {used}"
        ).format(**self._names)

    def count(self) -> int:
        return int(value(SQL("SELECT count(*) {}").format(self._leaving())))

    def to_remove(self) -> list[Any]:
        """Return the keys of those to remove, and mark them as undone."""
        going = SQL(
            "UPDATE {} SET outcome = 'undone' WHERE id IN (SELECT m.id {}) RETURNING id"
        ).format(self.context.tables.made, self._leaving())
        return [pk for (pk,) in rows(going)]

    def staying(self) -> dict[str, str]:
        """Return key → reason of those that stay."""
        staying = SQL(
            "SELECT m.id, m.value, {changed} FROM {made} m JOIN {live} t ON t.id = m.id "
            "WHERE {of_run} AND ({changed} OR {used})"
        ).format(**self._names)
        return {
            str(pk): f"The {self.label} “{name}”, which the import created, "
            f"{'was changed' if is_changed else 'has been used by other records'} since."
            for pk, name, is_changed in rows(staying)
        }


def created_by_relation(
    context: RunContext, leaving: RecordsToRemove | None = None
) -> Iterator[CreatedRecords]:
    for name in context.relations:
        relation = context.columns[name].relation
        if relation is not None and name in context.matching.create_missing:
            yield CreatedRecords(context, name, relation, leaving)


def add_kept(
    context: RunContext, made: CreatedRecords, kept: Kept, chunk: UndoRange | None = None
) -> None:
    """Add the records that stay, each at the first applied row that named it, but for those that a kept
    row holds: there it is said already. `chunk` are the rows that are still to be undone."""
    staying = made.staying()
    if not staying:
        return
    still = SQL("p.outcome = {}").format(Literal(KEPT))
    if chunk is not None:
        still = SQL("(({} AND NOT ({})) OR p.number = ANY({}))").format(
            still, chunk.where(), one_of(kept.numbers)
        )
    for pk, number, is_held in rows(
        SQL(
            "SELECT {key}, min(p.number), bool_or({still}) FROM {plan} p "
            "WHERE {key} = ANY({staying}) AND p.verdict IN ('create', 'update') "
            "AND p.outcome IN ('', {kept}) GROUP BY 1"
        ).format(
            key=PlanRow("p").related(made.name),
            still=still,
            plan=context.tables.plan,
            staying=Literal(list(staying)),
            kept=Literal(KEPT),
        )
    ):
        if not is_held:
            kept.add(number, staying[pk])
