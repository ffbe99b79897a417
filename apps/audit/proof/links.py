"""Compares each history row's `link`, a digest of the previous state, with the previous row.

If a row in the middle was edited, removed, or moved, its neighbors no longer match. The digest is over
the columns that the history had when the row was written, so each earlier set of columns is tried.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from apps.audit.history import Audited
from apps.audit.models import ColumnSet, Redaction, Removal
from apps.audit.proof.problems import LIMIT, Problem

# A redacted row has a different digest than the one in the row after it.
_REDACTED = """
    LEFT JOIN (
        SELECT position, array_agg(link) AS links FROM (
            SELECT unnest(positions) AS position, unnest(links) AS link
            FROM audit_redaction WHERE "table" = %s
        ) each GROUP BY position
    ) r ON r.position = h.history_id
"""
_REDACTED_LINKS = (
    " || coalesce(r.links, '{}') || CASE WHEN r.position IS NOT NULL"
    " AND h.history_type = '-' THEN ARRAY[h.link] ELSE '{}' END"
)
_TRIMMED = """
    EXISTS (SELECT 1 FROM audit_removal r WHERE r."table" = %s AND r.positions[1] < x.history_id)
"""


def follow_links(audited: Audited) -> Iterator[Problem]:
    """Yield a problem for each row that does not follow from the one before it."""
    history = audited.history_model._meta.db_table
    column_sets, unprovable = _column_sets(audited)
    is_redacted = Redaction.objects.filter(table=history).exists()
    is_trimmed = Removal.objects.filter(table=history).exists()
    params: list[Any] = [
        *([history] if is_redacted else []),
        unprovable,
        *([history] if is_trimmed else []),
    ]
    statement = _statement(
        audited, column_sets, is_redacted=is_redacted, trimmed=_TRIMMED if is_trimmed else "false"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        for record, position, kind, before, is_older in cursor.fetchall():
            code, message = _what_is_wrong(kind, before, is_older=is_older)
            yield Problem(code, history, message, position, record)


def _column_sets(audited: Audited) -> tuple[list[Any], int]:
    """Return every set of columns that rows can be tried with, and the position up to which none fits.

    Rows over a column that the table no longer has can't be proven.
    """
    history = audited.history_model._meta.db_table
    present = {f'"{field.column}"' for field in audited.history_model._meta.concrete_fields}
    found, unprovable = [audited.columns], 0
    for known in ColumnSet.objects.filter(table=history):
        if not set(known.columns) <= present:
            newer = ColumnSet.objects.filter(table=history, pk__gt=known.pk).first()
            unprovable = newer.position if newer else unprovable
        elif known.columns not in found:
            found.append(known.columns)
    return found, unprovable


def _statement(audited: Audited, column_sets: list[Any], *, is_redacted: bool, trimmed: str) -> str:
    """Return the SQL of the rows whose link is not the digest of the row before.

    Its parameters are the table where rows were blanked, the position to begin after, and the table
    where rows were trimmed away.
    """
    key = f'"{audited.model._meta.pk.column}"'
    digests = [
        f"hash_record_extended(ROW({', '.join(f'h.{name}' for name in columns)}), 0)"
        for columns in column_sets
    ]
    own = f"ARRAY[{', '.join(digests)}]{_REDACTED_LINKS if is_redacted else ''}"
    return f"""
        SELECT {key}::text, history_id, history_type, before, history_date < date_before FROM (
            SELECT h.{key}, h.history_id, h.history_type, h.history_date, h.link, {own} AS own,
                lag(h.history_type) OVER record AS before, lag({own}) OVER record AS own_before,
                lag(h.history_date) OVER record AS date_before
            FROM "{audited.history_model._meta.db_table}" h {_REDACTED if is_redacted else ""}
            WINDOW record AS (PARTITION BY h.{key} ORDER BY h.history_id)
        ) x
        WHERE history_id > %s AND NOT CASE
            WHEN history_type = '+' THEN link IS NULL AND coalesce(before = '-', true)
            WHEN before IS NULL THEN {trimmed}
            WHEN before = '-' THEN false
            WHEN history_type = '-' THEN coalesce(link = ANY (own) AND link = ANY (own_before), false)
            ELSE coalesce(link = ANY (own_before), false) END
        ORDER BY history_id LIMIT {LIMIT}
    """


def _what_is_wrong(kind: str, before: str | None, *, is_older: bool) -> tuple[str, str]:
    """Return the code and the sentence of a row that does not follow from the one before it."""
    if before is None:
        return "removed", "the row before this one is missing"
    if kind == "+":
        return "removed", (
            "this row creates a record that already exists: a deletion is missing before it"
        )
    if is_older:
        return "reordered", "this row is older than the one before it and does not follow from it"
    return "broken", (
        "this row does not follow from the one before it: one of them was edited, or a row "
        "between them was removed"
    )
