"""Finds the rows of a range that name a record that was deleted, renamed, or created by somebody else."""

from collections.abc import Callable

from django.apps import apps
from django.db.models import Model
from psycopg.sql import SQL, Composable, Literal

from apps.transfers.declarations import Relation
from apps.transfers.engine.context import RunContext, scope_sql
from apps.transfers.engine.lookup.relations import as_stored
from apps.transfers.engine.ranges import Range
from apps.transfers.engine.schema import PlanRow
from apps.transfers.engine.sql import alive, any_of, column_of, table_of

GONE = "A record that this row belongs to was deleted after the preview."
_PLAN = PlanRow("p")


def collect_changed(
    context: RunContext,
    name: str,
    chunk: Range,
    collect: Callable[[str, Composable], None],
    *,
    exists: str,
    renamed: str,
) -> None:
    relation = context.columns[name].relation
    if relation is None:
        return
    model = apps.get_model(relation.model)
    names: dict[str, Composable] = {
        "plan": context.tables.plan,
        "made": context.tables.made,
        "live": table_of(model),
        "alive": alive(model, "t"),
        "chunk": chunk.where(),
        "key": _PLAN.related(name),
    }
    collect(GONE, _gone(names))
    collect(renamed, _renamed(model, relation, _PLAN.cell(name), names))
    if name in context.matching.create_missing:
        collect(exists, _created_meanwhile(model, relation, name, names))


def _gone(names: dict[str, Composable]) -> Composable:
    """Return the rows whose record is neither alive nor created by this run."""
    return SQL(
        "SELECT p.number FROM {plan} p WHERE {chunk} AND {key} <> '' "
        "AND NOT EXISTS (SELECT FROM {live} t WHERE t.id = {key}::uuid{alive}) "
        "AND NOT EXISTS (SELECT FROM {made} m WHERE m.id = {key}::uuid AND m.outcome = '')"
    ).format(**names)


def _renamed(
    model: type[Model], relation: Relation, cell: Composable, names: dict[str, Composable]
) -> Composable:
    """Return the rows whose record is no longer called what the file says."""
    called = any_of(
        SQL("t.{} = {}").format(column_of(model, field), as_stored(relation, field, SQL("k.value")))
        for field in relation.by
    )
    return SQL(
        "SELECT p.number FROM {plan} p WHERE {chunk} AND ({key}, {cell}) IN ("
        "SELECT k.id, k.value FROM (SELECT DISTINCT {key} AS id, {cell} AS value "
        "FROM {plan} p WHERE {chunk} AND {key} <> '') k "
        "JOIN {live} t ON t.id = k.id::uuid{alive} "
        "WHERE NOT {called} AND NOT EXISTS (SELECT FROM {made} m WHERE m.id = t.id))"
    ).format(cell=cell, called=called, **names)


def _created_meanwhile(
    model: type[Model], relation: Relation, name: str, names: dict[str, Composable]
) -> Composable:
    """Return the rows whose record this run would create, and somebody else has."""
    same = [SQL("t.{} = m.value").format(column_of(model, field)) for field in relation.by]
    if relation.slug:
        same.append(SQL("t.{} = m.derived_slug").format(column_of(model, relation.slug)))
    return SQL(
        "SELECT p.number FROM {plan} p WHERE {chunk} AND {key} <> '' "
        "AND {key}::uuid IN (SELECT m.id FROM {made} m JOIN {live} t ON {same}{alive} "
        "WHERE m.relation = {name} AND m.outcome = '')"
    ).format(same=any_of(same), name=Literal(name), **names)


def collect_unseen(
    context: RunContext, chunk: Range, collect: Callable[[str, Composable], None], *, unseen: str
) -> None:
    """Rows that name a record that is no longer in the actor's scope."""
    for name in context.relations:
        relation = context.columns[name].relation
        scope = relation and scope_sql(apps.get_model(relation.model), context.actor)
        if scope:
            collect(
                unseen,
                SQL(
                    "SELECT p.number FROM {plan} p WHERE {chunk} "
                    "AND {key} <> '' AND {key}::uuid NOT IN ({scope})"
                ).format(
                    plan=context.tables.plan,
                    chunk=chunk.where(),
                    key=_PLAN.related(name),
                    scope=scope,
                ),
            )
