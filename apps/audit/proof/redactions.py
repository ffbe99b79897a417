"""Checks redacted rows: they still match what was sealed, and are really blank.

A row's digest includes its personal columns as one digest per group. A redaction keeps the digest
of the group that it blanked; with it, the row must give the sealed digest again. So a redaction can
hide nothing but what it blanked: every other column is still proven, and a redaction that somebody
wrote by hand explains no more than a true one would.
"""

from collections.abc import Iterator

from django.db import connection

from apps.audit.models import Redaction
from apps.audit.proof.problems import Problem
from apps.audit.proof.tables import SealedTable, row_digest
from apps.audit.triggers import BLANKS, group_digest

LIMIT = 100


def blanked_groups(table: str) -> list[str]:
    """Return the groups of columns of a table that were ever redacted, each as "a,b"."""
    lists = Redaction.objects.filter(table=table).order_by().values_list("columns", flat=True)
    return sorted({",".join(columns) for columns in lists})


def allowance(table: SealedTable, columns: list[str], personal: list[str]) -> tuple[str, str]:
    """Return joins, and a condition that is true if redactions explain the digest of a row `t`.

    The row's sealed digest is called `sealed`.
    """
    groups = [group for group in blanked_groups(table.name) if group in personal]
    if not groups:
        return "", "false"
    joins, candidates, digests = "", [], {}
    for number, group in enumerate(groups):
        names = ", ".join(f"'{name}'" for name in group.split(","))
        joins += f"""
            LEFT JOIN (
                SELECT position, array_agg(digest) AS digests FROM (
                    SELECT unnest(positions) AS position, unnest(digests) AS digest
                    FROM audit_redaction WHERE "table" = '{table.name}' AND columns = ARRAY[{names}]
                ) each GROUP BY position
            ) r{number} ON r{number}.position = sealed.position
        """
        # The group's digest before one of the redactions, or as it is now.
        candidates.append(
            f"unnest(coalesce(r{number}.digests, '{{}}') || {group_digest('t', group.split(','))})"
            f" AS was{number} (digest)"
        )
        digests[group] = f"was{number}.digest"

    def digest_of(group: str) -> str:
        return digests.get(group) or group_digest("t", group.split(","))

    made = row_digest("t", columns, personal, digest_of)
    return joins, f"EXISTS (SELECT 1 FROM {', '.join(candidates)} WHERE {made} = sealed.digest)"


def check(table: SealedTable) -> Iterator[Problem]:
    """Find rows that are recorded as redacted and still contain personal data."""
    for group in blanked_groups(table.name):
        columns = group.split(",")
        filled = " OR ".join(
            f"""coalesce(t."{column}"::text, '') <> ALL(%s)""" for column in columns
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT DISTINCT t.{table.key} FROM audit_redaction r
                CROSS JOIN unnest(r.positions) AS blanked (position)
                JOIN "{table.name}" t ON t.{table.key} = blanked.position
                WHERE r."table" = %s AND r.columns = %s::text[] AND ({filled}) LIMIT {LIMIT}
                """,
                [table.name, columns, *[list(BLANKS)] * len(columns)],
            )
            for (position,) in cursor.fetchall():
                message = "personal data was recorded as removed from this row, but the row still contains some"
                yield Problem("redaction", table.name, message, position)
