"""The chain of digests: seals rows once no earlier ones can appear."""

import time
from datetime import date

from django.db import connection, transaction

from apps.audit.models import Seal
from apps.audit.proof.tables import SealedTable, plain_text, row_digest, sealed_tables

BLOCK_ROWS = 1000
WAIT_SECONDS = 10.0


class StillOpenError(Exception):
    """A transaction that may still add history rows does not end."""


def seal(*, wait: float = WAIT_SECONDS) -> list[Seal]:
    """Seal every unsealed row, with a seal for each day, and return the new seals.

    Must not be called inside a transaction, which would wait for itself. Raises `StillOpenError` if
    another transaction stays open for `wait` seconds; then nothing is sealed, and the next call
    catches up.
    """
    until = _final_position(wait)
    with plain_text(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit_seal'))")
        last = Seal.objects.last()
        since = last.last_position if last else 0
        tables = sealed_tables()
        return [_seal_day(day, tables, since, until) for day in _days(tables, since, until)]


def _final_position(wait: float) -> int:
    """Return a position up to which no more rows can appear.

    Every transaction that has already taken a position has a lower number than the one taken here
    (a record is written before its history, and writing takes the number). Once all running
    transactions have higher numbers, all of those have ended.
    """
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("Sealing needs to be its own transaction.")
    deadline = time.monotonic() + wait
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM audit_position")
        (position,) = cursor.fetchone()
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (bound,) = cursor.fetchone()
        while True:
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s", [bound]
            )
            if cursor.fetchone()[0]:
                return int(position)
            if time.monotonic() > deadline:
                raise StillOpenError
            time.sleep(0.05)


def _days(tables: list[SealedTable], since: int, until: int) -> list[date]:
    each = " UNION ".join(
        f'SELECT {table.time}::date FROM "{table.name}" WHERE {table.key} > %s AND {table.key} <= %s'
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({each}) AS days (day) ORDER BY day", [since, until] * len(tables)
        )
        return [day for (day,) in cursor.fetchall()]


def _seal_day(day: date, tables: list[SealedTable], since: int, until: int) -> Seal:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('audit_seal', 'id'))")
        (number,) = cursor.fetchone()
        for table in tables:
            columns = table.columns()
            cursor.execute(
                f"""
                INSERT INTO audit_sealblock (seal_id, "table", columns, personal, first_position,
                    last_position, positions, digests, digest)
                SELECT %s, %s, %s, %s, positions[1], positions[cardinality(positions)], positions,
                    digests, {block_digest("%s", "%s", "%s", "positions", "digests")}
                FROM (
                    SELECT array_agg(position ORDER BY position) AS positions,
                        array_agg(digest ORDER BY position) AS digests
                    FROM (
                        SELECT t.{table.key} AS position, {row_digest("t", columns, table.personal)} AS digest,
                            (row_number() OVER (ORDER BY t.{table.key}) - 1) / {BLOCK_ROWS} AS block
                        FROM "{table.name}" t
                        WHERE t.{table.key} > %s AND t.{table.key} <= %s AND t.{table.time}::date = %s
                    ) AS rows GROUP BY block
                ) AS blocks ORDER BY positions[1]
                """,
                [
                    *(number, table.name, columns, table.personal),
                    *(table.name, columns, table.personal, since, until, day),
                ],
            )
        previous = Seal.objects.last()
        cursor.execute(
            f"""
            INSERT INTO audit_seal (id, day, rows, last_position, previous, digest)
            SELECT %s, %s, coalesce(sum(cardinality(positions)), 0), %s, %s, {SEAL_DIGEST}
            FROM audit_sealblock b WHERE seal_id = %s
            """,
            [
                number,
                day,
                until,
                previous.digest if previous else "",
                previous.digest if previous else "",
                day,
                number,
            ],
        )
    return Seal.objects.get(pk=number)


def block_digest(table: str, columns: str, personal: str, positions: str, digests: str) -> str:
    """Return the SQL of a block's digest: over its table, columns, positions and row digests."""
    return (
        "encode(sha256(convert_to(concat_ws('|', "
        f"{table}::text, {columns}::text[]::text, nullif({personal}::text[]::text, '{{}}'), {positions}::text, {digests}::text), 'UTF8')), 'hex')"
    )


# Over the previous seal (%s), the day (%s), and the digests of the seal's blocks.
SEAL_DIGEST = (
    "encode(sha256(convert_to(concat_ws('|', %s::text, %s::text, "
    """string_agg(b.digest, '|' ORDER BY b."table", b.first_position)), 'UTF8')), 'hex')"""
)
