"""Records that cannot be deleted and that the undo of an import set aside: another import brings them back.

A person is deactivated, not deleted. An import reactivates people that an undo deactivated, so the same file
makes them active again, but not those that staff deactivated; their rows say so.
The history tells the two apart: the door of the change set in which the record was set aside.
"""

from typing import Any

from django.db import connection

from apps.audit.models import ChangeSet, Door
from apps.transfers.engine.context import Context, PartInfo
from apps.transfers.engine.tables import exists

NOTE = "note"


def change_key(info: PartInfo) -> str:
    """The key of the plan's `changes` under which a record comes back."""
    return f"back:{info.name}"


def people(label: str, number: int) -> str:
    """Return a part's label in the number: "seat", "seats", "people"."""
    if number == 1:
        return label
    return "people" if label == "person" else f"{label}s"


def _values(info: PartInfo) -> list[tuple[str, str, str]]:
    """Return (quoted column, SQL of its value when set aside, SQL of its value in a new record)."""
    found = []
    for name, literal in info.part.undo.items():
        field = info.model._meta.get_field(name)
        with connection.cursor() as cursor:
            fresh = str(cursor.mogrify("%s", [field.get_default()])).replace("%", "%%")
        found.append((connection.ops.quote_name(field.column), literal, fresh))
    return found


def is_aside(info: PartInfo, alias: str = "t") -> str:
    return " AND ".join(f"{alias}.{column} = {gone}" for column, gone, _ in _values(info))


def find(context: Context, info: PartInfo) -> None:
    """List the plan's records that are set aside: who did it, and whether the import brings them back."""
    table = context.tables.aside(info.name)
    context.execute(f"DROP TABLE IF EXISTS {table}")
    history = getattr(info.model, "history", None)
    if not info.part.undo or history is None:
        return
    part = context.tables.part(info.name)
    living = f"FROM {part} p JOIN {info.table} t ON t.id = p.id WHERE p.live AND {is_aside(info)}"
    if not context.rows(f"SELECT EXISTS (SELECT {living})")[0][0]:
        return
    past = connection.ops.quote_name(history.model._meta.db_table)
    change_sets = connection.ops.quote_name(ChangeSet._meta.db_table)
    context.execute(
        f"""
        CREATE UNLOGGED TABLE {table} AS
        SELECT f.id, COALESCE(c.door = %s AND %s, false) AS back, h.history_date AS since,
               c.actor_label AS who, COALESCE(NULLIF(h.history_change_reason, ''), c.reason) AS reason
        FROM (SELECT p.id {living}) f
        LEFT JOIN LATERAL (
            SELECT a.* FROM {past} a
            WHERE a.id = f.id AND {is_aside(info, "a")} AND a.history_id > COALESCE(
                (SELECT max(b.history_id) FROM {past} b WHERE b.id = f.id AND NOT ({is_aside(info, "b")})),
                0)
            ORDER BY a.history_id LIMIT 1
        ) h ON true
        LEFT JOIN {change_sets} c ON c.id = h.change_set_id
        """,
        [Door.UNDO, context.matching.mode != "update"],
    )
    context.execute(f"ANALYZE {table}")


def has_found(context: Context, info: PartInfo) -> bool:
    return exists(context.tables.aside(info.name))


def comes_back(context: Context, info: PartInfo, alias: str) -> str:
    """SQL condition: the record of a line `alias` of the part's table comes back; "" where none does."""
    if not has_found(context, info):
        return ""
    return (
        f"EXISTS (SELECT FROM {context.tables.aside(info.name)} k "
        f"WHERE k.id = {alias}.id AND k.back)"
    )


def write_notes(context: Context, info: PartInfo) -> None:
    """Say in its rows who was set aside by a person, and stays so."""
    if not has_found(context, info):
        return
    context.execute(
        f"""
        UPDATE {context.tables.plan} p SET problems = jsonb_build_array(jsonb_build_object(
            'code', %s::text, 'column', '', 'value', '', 'suggestion', '', 'message', format(
                'This {info.part.label} was deactivated%%s%%s%%s and stays so.',
                to_char(k.since, '" on "YYYY-MM-DD'), ' by ' || NULLIF(split_part(k.who, ' <', 1), ''),
                ' (“' || NULLIF(left(k.reason, 200), '') || '”)')))
        FROM {context.tables.aside(info.name)} k
        WHERE k.id = p.id_{info.name} AND NOT k.back
          AND p.verdict IN ('create', 'update', 'unchanged') AND p.problems IS NULL
        """,
        [NOTE],
    )


def impact(context: Context, info: PartInfo) -> dict[str, Any] | None:
    """Return the sentence of the blast radius: how many come back."""
    if not has_found(context, info):
        return None
    number = context.rows(
        f"SELECT count(*) FROM {context.tables.plan} WHERE verdict IN ('create', 'update') "
        f"AND jsonb_exists(changes, %s)",
        [change_key(info)],
    )[0][0]
    if not number:
        return None
    back, was = ("comes back, who was", "") if number == 1 else ("come back, who were", "")
    return {
        "code": change_key(info),
        "number": number,
        "sentence": f"{number:,} {people(info.part.label, number)} {back}{was} deactivated when an import was undone.",
        "must_type": False,
        "needs_second_person": False,
    }


def sets(info: PartInfo) -> list[str]:
    """SQL of an update's assignments that bring a record `t` of a row `p` back."""
    return [
        f"{column} = CASE WHEN {_planned(info)} THEN {fresh} ELSE t.{column} END"
        for column, _, fresh in _values(info)
    ]


def _planned(info: PartInfo) -> str:
    return f"jsonb_exists(p.changes, '{change_key(info)}')"


def is_back(info: PartInfo) -> str:
    """SQL condition: row `p` brought the record back. "false" for parts that are deleted when undone."""
    return _planned(info) if info.part.undo else "false"


def drifted(info: PartInfo) -> str:
    """SQL condition: the record `t` was to come back and is not set aside any more."""
    return f"({_planned(info)} AND NOT ({is_aside(info)}))" if info.part.undo else "false"


def still_back(info: PartInfo) -> str:
    """SQL condition: row `p` brought the record `t` back, and there it still is."""
    if not info.part.undo:
        return "false"
    fresh = " AND ".join(f"t.{column} = {fresh}" for column, _, fresh in _values(info))
    return f"({_planned(info)} AND {fresh})"


def undo_sets(info: PartInfo) -> list[str]:
    """SQL of an undo's assignments that set the record `t` of a row `p` aside again; `%s` takes
    the numbers of rows that are kept."""
    return [
        f"{column} = CASE WHEN {still_back(info)} AND p.number <> ALL(%s) "
        f"THEN {gone} ELSE t.{column} END"
        for column, gone, _ in _values(info)
    ]
