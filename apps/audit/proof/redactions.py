"""Rows of which personal data was blanked: that they still fit what was sealed, and are blank.

A row's digest holds its personal columns by a digest of each group. A redaction keeps that of the
group it blanked; put in its place, the row must give the sealed digest again. So a redaction can
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
    """Return the groups of columns of a table that were ever blanked, each as "a,b"."""
    lists = Redaction.objects.filter(table=table).order_by().values_list("columns", flat=True)
    return sorted({",".join(columns) for columns in lists})


def allowance(table: SealedTable, columns: list[str], personal: list[str]) -> tuple[str, str]:
    """Return joins, and a condition that holds where redactions explain the digest of a row `t`.

    What was sealed of the row is called `sealed`.
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
        # The group as one of the redactions found it, or as it is now.
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
    """Find rows of which it is written that personal data was blanked, and which hold some."""
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
                message = "it is written that personal data left this row, and there is some in it"
                yield Problem("redaction", table.name, message, position)
