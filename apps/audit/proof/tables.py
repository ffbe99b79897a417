"""The tables that are sealed, and how a row becomes a digest."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from apps.audit.history import audited, personal_groups
from apps.audit.models import CHANGE_SET_GROUPS, EVENT_GROUPS
from apps.audit.triggers import group_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class SealedTable:
    """A sealed table: its name, its position column, and its time column."""

    name: str
    key: str
    time: str
    # Redactable columns, in groups that are redacted together.
    groups: tuple[tuple[str, ...], ...] = ()

    @property
    def personal(self) -> list[str]:
        """Return the groups in the form that a seal's block stores."""
        return [",".join(group) for group in self.groups]

    def columns(self) -> list[str]:
        """Return the columns of a row without its position, in the table's own order."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                " AND NOT attisdropped AND attname <> %s ORDER BY attnum",
                [self.name, self.key],
            )
            return [name for (name,) in cursor.fetchall()]


def sealed_tables() -> list[SealedTable]:
    """Return every sealed table, by name."""
    tables = [
        SealedTable(
            each.history_model._meta.db_table,
            "history_id",
            "history_date",
            _grouped(personal_groups(each.model, each.history)),
        )
        for each in audited
    ]
    tables += [
        SealedTable("audit_changeset", "position", "started_at", _grouped(CHANGE_SET_GROUPS)),
        SealedTable("audit_event", "id", "at", _grouped(EVENT_GROUPS)),
        SealedTable("audit_redaction", "id", "at"),
        SealedTable("audit_removal", "id", "at"),
    ]
    return sorted(tables, key=lambda table: table.name)


def _grouped(groups: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group) for group in groups)


def row_digest(
    alias: str,
    columns: list[str],
    personal: list[str],
    digest_of: "Callable[[str], str] | None" = None,
) -> str:
    """Return the SQL of a row's digest. Run it inside `plain_text()`.

    Redactable columns (`personal`, "a,b" for a group) are included as a digest of their own, so
    that a redacted row still matches: `digest_of` then gives the SQL of a group's digest.
    """
    digest_of = digest_of or (lambda group: group_digest(alias, group.split(",")))
    apart = {column for group in personal for column in group.split(",")}
    parts = [f'{alias}."{column}"' for column in columns if column not in apart]
    row = ", ".join([*parts, *map(digest_of, personal)])
    return f"encode(substr(sha256(convert_to(ROW({row})::text, 'UTF8')), 1, 16), 'hex')::uuid"


@contextmanager
def plain_text(*, isolation: str = "READ COMMITTED") -> "Iterator[None]":
    """Hold a transaction in which the text form of values depends on no client setting."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
        cursor.execute(
            "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),"
            " set_config('IntervalStyle', 'iso_8601', true), set_config('bytea_output', 'hex', true),"
            " set_config('extra_float_digits', '1', true)"
        )
        yield
