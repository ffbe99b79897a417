"""Records that the importing person may see but not change: imports refuse what the form refuses.

`apps/core/locked_records.py` says which, and the part says why (`protected_because`). A row that
changes nothing of such a record is fine: a colleague can become a member. This is checked when the
plan is made, again in the transaction that writes, and by an undo.
"""

from psycopg.sql import SQL, Composable

from apps.core.actors import Actor
from apps.transfers.engine.context import PartInfo, RunContext, refused_sql
from apps.transfers.engine.lookup import refusals
from apps.transfers.engine.ranges import Range, UndoRange
from apps.transfers.engine.resolve import parts, reactivation
from apps.transfers.engine.schema import PartLine, PlanRow
from apps.transfers.engine.sql import any_of
from apps.transfers.engine.sql import rows as rows_found

_PLAN = PlanRow("p")


def refusal_sentence(info: PartInfo) -> str:
    because = f", because {info.part.protected_because}" if info.part.protected_because else ""
    return f"You can't change this {info.part.label}{because}."


def refuse_rows(context: RunContext, info: PartInfo) -> None:
    """Refuse every row that would change such a record of the part."""
    refused = refused_sql(
        info.model,
        context.actor,
        SQL("SELECT id FROM {} WHERE live").format(context.tables.part(info.name)),
    )
    if refused is None:
        return
    back = reactivation.comes_back(context, info, PartLine("p").id)
    changes: list[Composable] = [] if back is None else [back]
    if context.matching.mode != "create":
        changes += [
            SQL("({})").format(parts.differs(context, field, PartLine("p"))) for field in info.given
        ]
    if not changes:
        return
    condition = SQL("p.live AND p.id IN ({}) AND {}").format(refused, any_of(changes))
    refusals.refuse(
        context,
        code=f"{info.name}:not_yours",
        rows=parts.rows_of(context, info, condition),
        message=f"{refusal_sentence(info)} Leave the cells that change it empty, or ask a colleague who can.",
    )


def would_change(context: RunContext, actor: Actor) -> bool:
    """Tell whether the plan changes a record that `actor` may not change."""
    bare = PlanRow("")
    return any(
        refused_sql(
            info.model,
            actor,
            SQL("SELECT {} FROM {} WHERE {}").format(
                bare.id(info.name), context.tables.plan, bare.updates(info.name)
            ),
        )
        for info in context.parts
    )


def drifted(context: RunContext, info: PartInfo, rows: Range) -> list[int]:
    """Return the rows of a range that change such a record now; the records are locked."""
    return _about_refused(context, info, rows, _PLAN.updates(info.name))


def kept(context: RunContext, info: PartInfo, rows: UndoRange) -> list[int]:
    """Return the rows of an undo whose record of the part stays as it is."""
    return _about_refused(context, info, rows, _PLAN.writes(info.name))


def _about_refused(
    context: RunContext, info: PartInfo, rows: Range | UndoRange, condition: Composable
) -> list[int]:
    among = SQL("FROM {} p WHERE {} AND {}").format(context.tables.plan, rows.where(), condition)
    key = _PLAN.id(info.name)
    refused = refused_sql(info.model, context.actor, SQL("SELECT {} {}").format(key, among))
    if refused is None:
        return []
    found = rows_found(SQL("SELECT p.number {} AND {} IN ({})").format(among, key, refused))
    return [number for (number,) in found]
