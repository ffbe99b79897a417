"""Compares each live record with its newest history row, and each row with the one before it."""

from collections.abc import Iterator

from django.db import connection

from apps.audit.history import Audited
from apps.audit.models import ColumnSet, Redaction, Removal
from apps.audit.proof.problems import Problem

# Report at most this many problems per table and check; more would not help.
LIMIT = 100


def check_records(audited: Audited) -> Iterator[Problem]:
    yield from _compare_with_live(audited)
    yield from _follow_links(audited)
    yield from _look_for_change_sets(audited)


def _compare_with_live(audited: Audited) -> Iterator[Problem]:
    table, history = audited.model._meta.db_table, audited.history_model._meta.db_table
    key = _key(audited)
    live_types, kept_types = _types(table), _types(history)
    live, kept = [], []
    for column in audited.columns:
        # A file's name is text in the history, and some keys have a wider type in one of the
        # tables.
        cast = "" if live_types[column] == kept_types[column] else "::text"
        live.append(f"l.{column}{cast}")
        kept.append(f"h.{column}{cast}")
    statement = f"""
        SELECT coalesce(l.{key}::text, h.{key}::text), h.history_id, CASE
            WHEN h.{key} IS NULL THEN 'unrecorded'
            WHEN l.{key} IS NULL THEN 'missing'
            WHEN h.history_type = '-' THEN 'revived'
            ELSE 'differs' END
        FROM "{table}" l FULL JOIN (
            SELECT DISTINCT ON ({key}) * FROM "{history}" ORDER BY {key}, history_id DESC
        ) h ON h.{key} = l.{key}
        WHERE (l.{key} IS NULL AND h.history_type <> '-') OR (l.{key} IS NOT NULL AND (
            h.{key} IS NULL OR h.history_type = '-'
            OR record_image_ne(ROW({", ".join(live)}), ROW({", ".join(kept)}))))
        LIMIT {LIMIT}
    """
    messages = {
        "unrecorded": "the record has no history",
        "missing": "the record is missing, and no history row records its deletion",
        "revived": "the record exists, but its newest history row records its deletion",
        "differs": "the record differs from its newest history row",
    }
    with connection.cursor() as cursor:
        cursor.execute(statement)
        for record, position, kind in cursor.fetchall():
            yield Problem(kind, table, messages[kind], position, record)


def _follow_links(audited: Audited) -> Iterator[Problem]:
    """Compare each row's `link`, a digest of the previous state, with the previous row.

    If a row in the middle was edited, removed, or moved, its neighbors no longer match. The digest
    is over the columns that the history had when the row was written, so each earlier set of
    columns is tried.
    """
    history, key = audited.history_model._meta.db_table, _key(audited)
    present = {f'"{field.column}"' for field in audited.history_model._meta.concrete_fields}
    shapes = [audited.columns]
    unprovable = 0
    for shape in ColumnSet.objects.filter(table=history):
        if not set(shape.columns) <= present:
            newer = ColumnSet.objects.filter(table=history, pk__gt=shape.pk).first()
            unprovable = newer.position if newer else unprovable
        elif shape.columns not in shapes:
            shapes.append(shape.columns)
    digests = [
        f"hash_record_extended(ROW({', '.join(f'h.{c}' for c in shape)}), 0)" for shape in shapes
    ]
    own = f"ARRAY[{', '.join(digests)}]"
    joined, allowed = "", ""
    if Redaction.objects.filter(table=history).exists():
        # A redacted row has a different digest than the one in the row after it.
        joined = """
            LEFT JOIN (
                SELECT position, array_agg(link) AS links FROM (
                    SELECT unnest(positions) AS position, unnest(links) AS link
                    FROM audit_redaction WHERE "table" = %s
                ) each GROUP BY position
            ) r ON r.position = h.history_id
        """
        allowed = (
            " || coalesce(r.links, '{}') || CASE WHEN r.position IS NOT NULL"
            " AND h.history_type = '-' THEN ARRAY[h.link] ELSE '{}' END"
        )
    trimmed = "false"
    if Removal.objects.filter(table=history).exists():
        trimmed = 'EXISTS (SELECT 1 FROM audit_removal r WHERE r."table" = %s AND r.positions[1] < x.history_id)'
    statement = f"""
        SELECT {key}::text, history_id, history_type, before, history_date < date_before FROM (
            SELECT h.{key}, h.history_id, h.history_type, h.history_date, h.link, {own}{allowed} AS own,
                lag(h.history_type) OVER record AS before, lag({own}{allowed}) OVER record AS own_before,
                lag(h.history_date) OVER record AS date_before
            FROM "{history}" h {joined} WINDOW record AS (PARTITION BY h.{key} ORDER BY h.history_id)
        ) x
        WHERE history_id > %s AND NOT CASE
            WHEN history_type = '+' THEN link IS NULL AND coalesce(before = '-', true)
            WHEN before IS NULL THEN {trimmed}
            WHEN before = '-' THEN false
            WHEN history_type = '-' THEN coalesce(link = ANY (own) AND link = ANY (own_before), false)
            ELSE coalesce(link = ANY (own_before), false) END
        ORDER BY history_id LIMIT {LIMIT}
    """
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [
                *([history] if joined else []),
                unprovable,
                *([history] if trimmed != "false" else []),
            ],
        )
        for record, position, kind, before, earlier in cursor.fetchall():
            if before is None:
                yield Problem(
                    "removed", history, "the row before this one is missing", position, record
                )
            elif kind == "+":
                yield Problem(
                    "removed",
                    history,
                    "this row creates a record that already exists: a deletion is missing before it",
                    position,
                    record,
                )
            elif earlier:
                yield Problem(
                    "reordered",
                    history,
                    "this row is older than the one before it and does not follow from it",
                    position,
                    record,
                )
            else:
                yield Problem(
                    "broken",
                    history,
                    "this row does not follow from the one before it: one of them was edited, or a row between them was removed",
                    position,
                    record,
                )


def _look_for_change_sets(audited: Audited) -> Iterator[Problem]:
    history, key = audited.history_model._meta.db_table, _key(audited)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {key}::text, history_id FROM "{history}" h WHERE NOT EXISTS'
            f" (SELECT 1 FROM audit_changeset c WHERE c.id = h.change_set_id) LIMIT {LIMIT}"
        )
        for record, position in cursor.fetchall():
            yield Problem(
                "orphaned", history, "the change set of this row is missing", position, record
            )


def _types(table: str) -> dict[str, int]:
    """Return the type of each quoted column, as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, atttypid FROM pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 AND NOT attisdropped",
            [f'"{table}"'],
        )
        return {f'"{name}"': int(oid) for name, oid in cursor.fetchall()}


def _key(audited: Audited) -> str:
    return f'"{audited.model._meta.pk.column}"'
