"""Records that cannot be deleted and that the undo of an import deactivated: another import reactivates them.

An import reactivates people that an undo deactivated, so the same file makes them active again, but not
those that staff deactivated; their rows say so. The history tells the two apart: the source of the change
set in which the record was deactivated.
"""

from typing import Any

from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.audit.models import ChangeSet
from apps.transfers.change_sources import UNDO
from apps.transfers.engine.context import PartInfo, RunContext
from apps.transfers.engine.schema import PlanRow, drop, exists
from apps.transfers.engine.sql import (
    FALSE,
    all_of,
    column_of,
    execute,
    one_of,
    table_of,
    text,
    value,
)

NOTE = "note"
_PLAN = PlanRow("p")


def change_key(info: PartInfo) -> str:
    """The key of the plan's `changes` under which a record is reactivated."""
    return f"back:{info.name}"


def states(info: PartInfo) -> list[tuple[Identifier, Composable, Composable]]:
    """Return (column, its value in a deactivated record, its value in a new record)."""
    return [
        (
            column_of(info.model, name),
            Literal(gone),
            Literal(info.model._meta.get_field(name).get_default()),
        )
        for name, gone in info.part.undo.items()
    ]


def is_deactivated(info: PartInfo, alias: str = "t") -> Composable:
    return all_of(
        SQL("{}.{} = {}").format(Identifier(alias), column, gone)
        for column, gone, _ in states(info)
    )


def list_deactivated(context: RunContext, info: PartInfo) -> None:
    """List the plan's records that are deactivated: who did it, and whether the import reactivates them."""
    table = context.tables.deactivated(info.name)
    drop(table)
    history = getattr(info.model, "history", None)
    if not info.part.undo or history is None:
        return
    found = SQL("FROM {} p JOIN {} t ON t.id = p.id WHERE p.live AND {}").format(
        context.tables.part(info.name), info.table, is_deactivated(info)
    )
    if not value(SQL("SELECT EXISTS (SELECT {})").format(found)):
        return
    execute(
        SQL(
            """
            CREATE UNLOGGED TABLE {table} AS
            SELECT f.id, COALESCE(c.source = {undo} AND {may_come_back}, false) AS back,
                   h.history_date AS since, c.actor_label AS who,
                   COALESCE(NULLIF(h.history_change_reason, ''), c.reason) AS reason
            FROM (SELECT p.id {found}) f
            LEFT JOIN LATERAL (
                SELECT a.* FROM {history} a
                WHERE a.id = f.id AND {gone} AND a.history_id > COALESCE(
                    (SELECT max(b.history_id) FROM {history} b WHERE b.id = f.id AND NOT ({gone_then})),
                    0)
                ORDER BY a.history_id LIMIT 1
            ) h ON true
            LEFT JOIN {change_sets} c ON c.id = h.change_set_id
            """
        ).format(
            table=table,
            undo=Literal(str(UNDO)),
            may_come_back=Literal(context.matching.mode != "update"),
            found=found,
            history=table_of(history.model),
            gone=is_deactivated(info, "a"),
            gone_then=is_deactivated(info, "b"),
            change_sets=table_of(ChangeSet),
        )
    )
    execute(SQL("ANALYZE {}").format(table))


def has_deactivated(context: RunContext, info: PartInfo) -> bool:
    return exists(context.tables.deactivated(info.name))


def comes_back(context: RunContext, info: PartInfo, key: Composable) -> Composable | None:
    """SQL condition: the record with this key is reactivated; None where none is."""
    if not has_deactivated(context, info):
        return None
    return SQL("EXISTS (SELECT FROM {} k WHERE k.id = {} AND k.back)").format(
        context.tables.deactivated(info.name), key
    )


def write_notes(context: RunContext, info: PartInfo) -> None:
    """Add notes to the plan's rows about people that staff deactivated, and who stay deactivated."""
    if not has_deactivated(context, info):
        return
    execute(
        SQL(
            """
            UPDATE {plan} p SET problems = jsonb_build_array(jsonb_build_object(
                'code', {code}, 'column', '', 'value', '', 'suggestion', '', 'message', format(
                    {message}, to_char(k.since, '" on "YYYY-MM-DD'),
                    ' by ' || NULLIF(split_part(k.who, ' <', 1), ''),
                    ' (“' || NULLIF(left(k.reason, 200), '') || '”)')))
            FROM {deactivated} k
            WHERE k.id = {id} AND NOT k.back
              AND p.verdict IN ('create', 'update', 'unchanged') AND p.problems IS NULL
            """
        ).format(
            plan=context.tables.plan,
            code=text(NOTE),
            message=Literal(f"This {info.part.label} was deactivated%s%s%s and stays deactivated."),
            deactivated=context.tables.deactivated(info.name),
            id=_PLAN.id(info.name),
        )
    )


def impact(context: RunContext, info: PartInfo) -> dict[str, Any] | None:
    """Return the sentence of the blast radius: how many are reactivated."""
    if not has_deactivated(context, info):
        return None
    number = value(
        SQL("SELECT count(*) FROM {} p WHERE p.verdict IN ('create', 'update') AND {}").format(
            context.tables.plan, _is_planned(info)
        )
    )
    if not number:
        return None
    return {
        "code": change_key(info),
        "number": number,
        "sentence": f"Reactivates {number:,} {info.part.noun(number)} deactivated when an import was undone.",
        "must_type": False,
    }


def assignments(info: PartInfo) -> list[Composable]:
    """SQL of an update's assignments that reactivate a record `t` of a row `p`."""
    return [
        SQL("{column} = CASE WHEN {planned} THEN {fresh} ELSE t.{column} END").format(
            column=column, planned=_is_planned(info), fresh=fresh
        )
        for column, _, fresh in states(info)
    ]


def _is_planned(info: PartInfo) -> Composable:
    return _PLAN.changes_column(change_key(info))


def is_back(info: PartInfo) -> Composable:
    """SQL condition: row `p` reactivated the record; never for parts that an undo deletes."""
    return _is_planned(info) if info.part.undo else FALSE


def drifted(info: PartInfo) -> Composable:
    """SQL condition: the record `t` should be reactivated, but is no longer deactivated."""
    if not info.part.undo:
        return FALSE
    return SQL("({} AND NOT ({}))").format(_is_planned(info), is_deactivated(info))


def still_back(info: PartInfo) -> Composable:
    """SQL condition: row `p` reactivated the record `t`, and it is still active."""
    if not info.part.undo:
        return FALSE
    fresh = all_of(SQL("t.{} = {}").format(column, fresh) for column, _, fresh in states(info))
    return SQL("({} AND {})").format(_is_planned(info), fresh)


def undo_assignments(info: PartInfo, kept: list[int]) -> list[Composable]:
    """SQL of an undo's assignments that deactivate the record `t` of a row `p` again, except for kept rows."""
    return [
        SQL(
            "{column} = CASE WHEN {back} AND p.number <> ALL({kept}) THEN {gone} ELSE t.{column} END"
        ).format(column=column, back=still_back(info), kept=one_of(kept), gone=gone)
        for column, gone, _ in states(info)
    ]
