"""Whether the records that a plan rests on are still those that it saw, looked at before it is applied.

A plan is checked row by row when it is applied, and what has changed is left alone. But where what it
rests on was undone, or most of it has changed, applying would do next to nothing: better to plan again.
"""

from dataclasses import dataclass

from django.db.models import Q

from apps.transfers.engine.apply import drift
from apps.transfers.engine.context import Context, context_of
from apps.transfers.engine.ranges import Sample
from apps.transfers.engine.tables import exists
from apps.transfers.models import ImportRun, UndoRun

# Rows that are looked at, spread over the plan; of a plan with fewer than these, drift tells enough.
_SAMPLED = 400
_FEW = 100


@dataclass(frozen=True)
class StalePlan:
    """Why a plan should be made again, as a sentence, and how many of its rows are concerned: exactly for
    an undo, else as far as a sample tells."""

    why: str
    rows: int


def stale_plan(run: ImportRun) -> StalePlan | None:
    """Return why the plan should be made again; None where it still holds."""
    return undone_since(run) or _changed(run)


def undone_since(run: ImportRun) -> StalePlan | None:
    """Return which import that the plan rests on was undone since; cheap enough for a page."""
    if run.planned_at is None:
        return None
    since = Q(ended_at__gt=run.planned_at) | Q(state__in=UndoRun.WORK_STATES)
    for undo in UndoRun.objects.filter(since).exclude(run=run).select_related("run", "user"):
        context, theirs = context_of(run), context_of(undo.run)
        if not exists(theirs.tables.plan):
            continue
        rows = _resting_on(context, theirs)
        if rows:
            who = f" by {undo.user}" if undo.user else ""
            return StalePlan(
                f"Import run {undo.run_id}, which these rows depend on, was undone{who} "
                f"after they were checked. It affects {rows:,} of the {run.rows:,} rows. "
                "Check again.",
                rows,
            )
    return None


def _resting_on(context: Context, theirs: Context) -> int:
    """Count the rows of the plan that mean, or name, a record which the other run wrote."""
    plan, other, made = context.tables.plan, theirs.tables.plan, theirs.tables.made
    joins = []
    for their in theirs.parts:
        wrote = f"JOIN {other} q ON q.op_{their.name} IS NOT NULL AND q.id_{their.name}"
        for mine in context.parts:
            if mine.model is their.model:
                # What this plan creates has a key of its own.
                joins.append(f"{wrote} = p.id_{mine.name}")
        for name in context.relations:
            relation = context.columns[name].relation
            if relation and relation.model.lower() == their.model._meta.label_lower:
                joins.append(f"{wrote} = NULLIF(p.i_{name}, '')::uuid")
    if exists(made):
        joins += [
            f"JOIN {made} q ON q.outcome <> '' AND q.id = NULLIF(p.i_{name}, '')::uuid"
            for name in context.relations
        ]
    if not joins:
        return 0
    found = " UNION ".join(f"SELECT p.number FROM {plan} p {join}" for join in joins)
    return int(context.rows(f"SELECT count(*) FROM ({found}) x")[0][0])


def _changed(run: ImportRun) -> StalePlan | None:
    if run.planned_at is None or run.rows_to_do < _FEW:
        return None
    context = context_of(run)
    sample = Sample(_spread(context))
    looked_at = context.rows(
        f"SELECT count(*) FROM {context.tables.plan} p WHERE {sample.where()}", sample.params
    )[0][0]
    drifted = len(drift.find(context, sample, is_sample=True)) if looked_at else 0
    if drifted * 2 <= looked_at:
        return None
    rows = run.rows_to_do * drifted // looked_at
    return StalePlan(
        f"About {rows:,} of the {run.rows_to_do:,} rows refer to records that were changed "
        "or deleted after the check. Check again.",
        rows,
    )


def _spread(context: Context) -> list[int]:
    """Return numbers of rows that are evenly spread over the plan."""
    found = context.rows(
        f"SELECT generate_series(min(number), max(number), "
        f"GREATEST(1, (max(number) - min(number)) / {_SAMPLED})) FROM {context.tables.plan}"
    )
    return [number for (number,) in found]
