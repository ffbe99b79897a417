"""Trims the history by age: the only way in which rows are removed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from apps.audit import event_kinds
from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.audit.history import audited
from apps.audit.models import Event
from apps.audit.proof.tables import sealed_tables
from apps.audit.proof.verify import audit_log_verify
from apps.core.actors import Actor
from apps.core.errors import DomainError

BATCH_ROWS = 10_000


@dataclass(frozen=True)
class Trimmed:
    table: str
    rows: int


def history_trim(*, before: datetime, reason: str, actor: Actor) -> list[Trimmed]:
    """Remove history older than `before`; return how many rows of which table.

    The newest row of each existing record stays, because it shows how the record got its current
    state. The history is verified and sealed first, so that the digests of removed rows remain, and
    the database itself records which rows were removed and why (`Removal`). Must not be called
    inside a transaction. Raises `DomainError` without a reason, or if the history is not whole.
    """
    if not reason.strip():
        raise DomainError("A reason is required. It is kept with the record of what was removed.")
    verdict = audit_log_verify()
    if not verdict.whole:
        raise DomainError(
            "The audit log isn't complete, so nothing can be removed from it. Run "
            "verify_audit first."
        )
    if verdict.note:
        raise DomainError(f"{verdict.note} Rows that aren't sealed yet can't be removed.")
    with audit_context(actor=actor, reason=reason):
        trimmed = [Trimmed(table, rows) for table, rows in _statements(before, reason) if rows]
        record_event(
            event_kinds.RETENTION,
            before=before.isoformat(),
            removed={each.table: each.rows for each in trimmed},
        )
    return trimmed


def _statements(before: datetime, reason: str) -> list[tuple[str, int]]:
    removed = []
    for each in audited:
        table, key = each.history_model._meta.db_table, each.model._meta.pk.column
        newest = (
            f'SELECT 1 FROM "{table}" n WHERE n."{key}" = h."{key}" AND n.history_id > h.history_id'  # noqa: S608
        )
        dead = f"EXISTS ({newest}) OR h.history_type = '-'"
        removed.append(
            (
                table,
                _delete(table, "history_id", f"h.history_date < %s AND ({dead})", before, reason),
            )
        )
    events = Event._meta.db_table
    removed.append((events, _delete(events, "id", "h.at < %s", before, reason)))
    referring = " AND ".join(
        f'NOT EXISTS (SELECT 1 FROM "{table.name}" r WHERE r.change_set_id = h.id)'  # noqa: S608
        for table in sealed_tables()
        if table.name != "audit_changeset"
    )
    condition = f"h.started_at < %s AND {referring}"
    removed.append(
        ("audit_changeset", _delete("audit_changeset", "position", condition, before, reason))
    )
    return removed


def _delete(table: str, key: str, condition: str, before: datetime, reason: str) -> int:
    """Delete in batches, each in its own transaction, oldest first. It can be stopped and run again."""
    total = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('audit.retention', %s, true)", [reason])
            cursor.execute(
                f'DELETE FROM "{table}" WHERE {key} IN (SELECT h.{key} FROM "{table}" h'  # noqa: S608
                f" WHERE {condition} ORDER BY h.{key} LIMIT {BATCH_ROWS})",
                [before],
            )
            total += cursor.rowcount
            if cursor.rowcount < BATCH_ROWS:
                return total
