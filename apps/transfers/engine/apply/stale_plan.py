"""Checks before applying whether a plan's records are still as it saw them.

A plan is checked row by row when it is applied, and changed records are skipped. But if most of
them changed, or an import that they depend on was undone, applying would do next to nothing, so it
is better to plan again.
"""

from dataclasses import dataclass

from django.db.models import Q
from psycopg.sql import SQL, Composable, Literal

from apps.transfers.engine.apply import changed_records
from apps.transfers.engine.context import RunContext, context_of
from apps.transfers.engine.ranges import Sample
from apps.transfers.engine.schema import PlanRow, exists
from apps.transfers.engine.sql import rows, value
from apps.transfers.models import ImportRun, UndoRun

# The size of the sample, spread over the plan; in smaller plans, the row-by-row check is enough.
_SAMPLED = 400
_FEW = 100


@dataclass(frozen=True)
class StalePlan:
    """Why a plan should be made again, as a sentence, and how many rows it affects: exact for an
    undo, otherwise an estimate from a sample.
    """

    why: str
    rows: int


def stale_plan(run: ImportRun) -> StalePlan | None:
    """Return why the plan should be made again; None if it is still valid."""
    return undone_since(run) or _changed(run)


def undone_since(run: ImportRun) -> StalePlan | None:
    """Return the undone import that the plan depends on; cheap enough for a page."""
    if run.planned_at is None:
        return None
    since = Q(ended_at__gt=run.planned_at) | Q(state__in=UndoRun.WORK_STATES)
    for undo in UndoRun.objects.filter(since).exclude(run=run).select_related("run", "user"):
        context, theirs = context_of(run), context_of(undo.run)
        if not exists(theirs.tables.plan):
            continue
        number = _resting_on(context, theirs)
        if number:
            who = f" by {undo.user}" if undo.user else ""
            return StalePlan(
                f"Import run {undo.run_id}, which these rows depend on, was undone{who} "
                f"after they were checked. It affects {number:,} of the {run.rows:,} rows. "
                "Check again.",
                number,
            )
    return None


def _resting_on(context: RunContext, theirs: RunContext) -> int:
    """Count the rows of the plan that write or name a record that the other run wrote."""
    mine, their = PlanRow("p"), PlanRow("q")
    ways: list[Composable] = []
    for other in theirs.parts:
        wrote = SQL("JOIN {} q ON {} AND {} = ").format(
            theirs.tables.plan, their.writes(other.name), their.id(other.name)
        )
        # Records that this plan creates have keys of their own.
        ways += [wrote + mine.id(info.name) for info in context.parts if info.model is other.model]
        for name in context.relations:
            relation = context.columns[name].relation
            if relation and relation.model.lower() == other.model._meta.label_lower:
                ways.append(wrote + _related(mine, name))
    if exists(theirs.tables.made):
        ways += [
            SQL("JOIN {} q ON q.outcome <> '' AND q.id = {}").format(
                theirs.tables.made, _related(mine, name)
            )
            for name in context.relations
        ]
    if not ways:
        return 0
    numbers = SQL(" UNION ").join(
        SQL("SELECT p.number FROM {} p {}").format(context.tables.plan, way) for way in ways
    )
    return int(value(SQL("SELECT count(*) FROM ({}) x").format(numbers)))


def _related(row: PlanRow, name: str) -> Composable:
    return SQL("NULLIF({}, '')::uuid").format(row.related(name))


def _changed(run: ImportRun) -> StalePlan | None:
    if run.planned_at is None or run.rows_to_do < _FEW:
        return None
    context = context_of(run)
    sample = Sample(_spread(context))
    looked_at = value(
        SQL("SELECT count(*) FROM {} p WHERE {}").format(context.tables.plan, sample.where())
    )
    drifted = len(changed_records.refused_rows(context, sample, is_sample=True)) if looked_at else 0
    if drifted * 2 <= looked_at:
        return None
    concerned = run.rows_to_do * drifted // looked_at
    return StalePlan(
        f"About {concerned:,} of the {run.rows_to_do:,} rows refer to records that were changed "
        "or deleted after the check. Check again.",
        concerned,
    )


def _spread(context: RunContext) -> list[int]:
    """Return row numbers that are evenly spread over the plan."""
    spread = SQL(
        "SELECT generate_series(min(number), max(number), "
        "GREATEST(1, (max(number) - min(number)) / {})) FROM {}"
    )
    return [number for (number,) in rows(spread.format(Literal(_SAMPLED), context.tables.plan))]
