"""Compares the seals with each other, and with the rows that they sealed."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from apps.audit.models import Removal, SealBlock, Verification
from apps.audit.proof import redactions
from apps.audit.proof.problems import LIMIT, Problem
from apps.audit.proof.seals import SEAL_DIGEST, block_digest
from apps.audit.proof.tables import SealedTable, row_digest


def check_chain() -> Iterator[Problem]:
    """Recompute every seal from its blocks and the seal before it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT id, "table" FROM audit_sealblock WHERE digest <> '
            f"{block_digest('"table"', 'columns', 'personal', 'positions', 'digests')} LIMIT {LIMIT}"
        )
        for block, table in cursor.fetchall():
            yield Problem("seal", table, f"block {block} of the seals was edited", None)
        digest = SEAL_DIGEST.replace("%s::text", "s.previous", 1).replace(
            "%s::text", "s.day::text", 1
        )
        cursor.execute(
            f"""
            SELECT id, previous = coalesce(lag(digest) OVER (ORDER BY id), ''), digest = made FROM (
                SELECT s.id, s.previous, s.digest, (
                    SELECT {digest} FROM audit_sealblock b WHERE b.seal_id = s.id
                ) AS made FROM audit_seal s
            ) seals ORDER BY id
            """
        )
        for number, follows, sound in cursor.fetchall():
            if not follows:
                yield Problem(
                    "seal", "audit_seal", f"seal {number} does not follow from the one before it"
                )
            if not sound:
                yield Problem("seal", "audit_seal", f"seal {number} does not match its blocks")
        cursor.execute("SELECT EXISTS (SELECT 1 FROM audit_seal WHERE digest = %s)", [_last_head()])
        if _last_head() and not cursor.fetchone()[0]:
            yield Problem("seal", "audit_seal", "the last seal of the last verification is missing")


def _last_head() -> str:
    newest = Verification.objects.filter(whole=True).exclude(head="").first()
    return newest.head if newest else ""


def check_sealed_rows(table: SealedTable) -> Iterator[Problem]:
    """Compare the rows of a table with their sealed digests."""
    blocks = SealBlock.objects.filter(table=table.name).order_by()
    shapes = blocks.values_list("columns", "personal")
    for columns, personal in {(tuple(one), tuple(two)) for one, two in shapes}:
        gone = set(columns) - set(table.columns())
        if gone:
            yield Problem(
                "unprovable",
                table.name,
                f"rows were sealed with columns that no longer exist: {', '.join(gone)}",
            )
            continue
        yield from _compare(table, list(columns), list(personal))
    yield from redactions.check(table)
    yield from _unsealed(table)


def _compare(table: SealedTable, columns: list[str], personal: list[str]) -> Iterator[Problem]:
    digest = row_digest("t", columns, personal)
    redacted, fits = redactions.allowance(table, columns, personal)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT sealed.position, t.{table.key} IS NULL, {digest}
            FROM (
                SELECT unnest(positions) AS position, unnest(digests) AS digest
                FROM audit_sealblock
                WHERE "table" = %s AND columns = %s::text[] AND personal = %s::text[]
            ) sealed LEFT JOIN "{table.name}" t ON t.{table.key} = sealed.position {redacted}
            WHERE t.{table.key} IS NULL OR (sealed.digest <> {digest} AND NOT {fits})
            ORDER BY sealed.position
            """,
            [table.name, columns, personal],
        )
        removed = None
        count = 0
        while count < LIMIT and (rows := cursor.fetchmany(1000)):
            for position, missing, digest in rows:
                if missing:
                    removed = removed if removed is not None else _removed(table)
                    if position in removed:
                        continue
                    message = "this sealed row is missing"
                    yield Problem("removed", table.name, message, position)
                elif moved_from := _position_of(table, digest):
                    message = f"this row was at position {moved_from} when it was sealed"
                    yield Problem("reordered", table.name, message, position)
                else:
                    message = "this row changed after it was sealed"
                    yield Problem("edited", table.name, message, position)
                count += 1


def _removed(table: SealedTable) -> set[int]:
    lists = Removal.objects.filter(table=table.name).values_list("positions", flat=True)
    return {position for positions in lists for position in positions}


def _position_of(table: SealedTable, digest: UUID) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT positions[array_position(digests, %s::uuid)] FROM audit_sealblock"
            ' WHERE "table" = %s AND digests @> ARRAY[%s::uuid] LIMIT 1',
            [digest, table.name, digest],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _unsealed(table: SealedTable) -> Iterator[Problem]:
    """Find rows that were inserted between sealed ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT t.{table.key} FROM "{table.name}" t
            WHERE t.{table.key} <= (SELECT coalesce(max(last_position), 0) FROM audit_seal)
            EXCEPT SELECT unnest(positions) FROM audit_sealblock WHERE "table" = %s
            LIMIT {LIMIT}
            """,
            [table.name],
        )
        for (position,) in cursor.fetchall():
            yield Problem(
                "inserted",
                table.name,
                "this row was inserted after its period was sealed",
                position,
            )
