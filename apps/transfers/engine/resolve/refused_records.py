"""Records that the importing person sees and may not change: what the form refuses, the import refuses.

A model says which by `refused_to(actor)` of its queryset. A row that changes nothing of such a record goes
on: a colleague can be a member. It is asked when the plan is made, again in the transaction that writes,
and by an undo.
"""

from apps.core.actors import Actor
from apps.transfers.engine.context import Context, PartInfo, refused_literal
from apps.transfers.engine.ranges import Range
from apps.transfers.engine.resolve import parts, reactivation, refusals

WHY = (
    "You can't change this {0}, because the account has a staff role. Leave the cells "
    "that change it empty, or ask a colleague who can."
)
DRIFTED = "You can't change this {0}, because the account has a staff role. It was left alone."
KEPT = "You can't change this {0}, because the account has a staff role."


def find(context: Context, info: PartInfo) -> None:
    """Refuse every row that would change such a record of the part."""
    table = context.tables.part(info.name)
    refused = refused_literal(info.model, context.actor, f"SELECT id FROM {table} WHERE live")
    if not refused:
        return
    changes = [reactivation.comes_back(context, info, "p")]
    if context.matching.mode != "create":
        changes += [
            f"({parts.differs(context, field, 'p')})"
            for field in info.fields.values()
            if field.is_given
        ]
    condition = " OR ".join(filter(None, changes))
    if not condition:
        return
    refusals.refuse(
        context,
        code=f"{info.name}:not_yours",
        column="",
        number="w.number",
        rows=parts.rows_of(context, info, f"p.live AND p.id IN ({refused}) AND ({condition})"),
        text=WHY.format(info.part.label),
    )


def would_change(context: Context, actor: Actor) -> bool:
    """Tell whether the plan changes a record that `actor` may not change."""
    for info in context.parts:
        changing = f"SELECT id_{info.name} FROM {context.tables.plan} WHERE op_{info.name} = 'u'"
        if refused_literal(info.model, actor, changing):
            return True
    return False


def drifted(context: Context, info: PartInfo, rows: Range) -> list[int]:
    """Return the rows of a range that change such a record by now; the records are locked."""
    changing = f"FROM {context.tables.plan} p WHERE {rows.where()} AND p.op_{info.name} = 'u'"
    refused = refused_literal(
        info.model, context.actor, f"SELECT p.id_{info.name} {changing}", rows.params
    )
    if not refused:
        return []
    found = context.rows(
        f"SELECT p.number {changing} AND p.id_{info.name} IN ({refused})", rows.params
    )
    return [number for (number,) in found]


def kept(context: Context, info: PartInfo, where: str, params: list[object]) -> list[int]:
    """Return the rows of an undo whose record of the part stays as it is."""
    touching = f"FROM {context.tables.plan} p WHERE {where} AND p.op_{info.name} IS NOT NULL"
    refused = refused_literal(
        info.model, context.actor, f"SELECT p.id_{info.name} {touching}", params
    )
    if not refused:
        return []
    found = context.rows(f"SELECT p.number {touching} AND p.id_{info.name} IN ({refused})", params)
    return [number for (number,) in found]
