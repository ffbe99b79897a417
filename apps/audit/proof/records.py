"""Compares each live record with its newest history row, and each row with its change set."""

from collections.abc import Iterator

from django.db import connection

from apps.audit.history import Audited
from apps.audit.proof.links import follow_links
from apps.audit.proof.problems import LIMIT, Problem


def check_records(audited: Audited) -> Iterator[Problem]:
    yield from _compare_with_live(audited)
    yield from follow_links(audited)
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
