"""Triggers of the audit tables: personal data can be redacted, and nothing else changes."""

import pgtrigger

from apps.audit.triggers.sql import AuditTrigger, PlainTextSql, TriggerModel, group_digest, quoted

# The values of redacted columns; the last one is a JSON document.
REMOVED = "[removed]"
BLANKS = ("", REMOVED, '{"removed": true}')


class RecordRedaction(AuditTrigger):
    """Allows only redactions of personal columns, and records the rows.

    Columns come in groups: one group of a row is redacted as a whole. A digest of it stays, with
    which the row still matches its sealed digest (`apps/audit/proof/tables.py`).
    """

    name = "record_redaction"
    level = pgtrigger.Statement
    when = pgtrigger.After
    operation = pgtrigger.Update
    referencing = pgtrigger.Referencing(old="old_rows", new="new_rows")
    sql_class = PlainTextSql

    def __init__(self, *, position: str, groups: list[list[str]], record: str = "") -> None:
        self.position = position
        self.groups = groups
        self.record = record
        super().__init__()

    def get_func(self, model: TriggerModel) -> str:
        every = ", ".join(f"'{column}'" for group in self.groups for column in group)
        parts = [
            f"""
            IF EXISTS (
                SELECT 1 FROM old_rows o FULL JOIN new_rows n ON n.{self.position} = o.{self.position}
                WHERE to_jsonb(o) - ARRAY[{every}] IS DISTINCT FROM to_jsonb(n) - ARRAY[{every}]
            ) THEN
                RAISE EXCEPTION 'only personal data can be blanked in %', TG_TABLE_NAME
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            """  # noqa: S608
        ]
        return (
            "".join([*parts, *(self._group(group, model._meta.db_table) for group in self.groups)])
            + "RETURN NULL;"
        )

    def _group(self, group: list[str], table: str) -> str:
        changed = (
            f"record_image_ne(ROW({', '.join(f'o.{quoted(c)}' for c in group)}),"
            f" ROW({', '.join(f'n.{quoted(c)}' for c in group)}))"
        )
        blanks = ", ".join(f"'{blank}'" for blank in BLANKS)
        filled = " OR ".join(
            f"coalesce(n.{quoted(column)}::text, '') NOT IN ({blanks})" for column in group
        )
        following = "following.link" if self.record else "NULL::bigint"
        source = f"FROM old_rows o JOIN new_rows n ON n.{self.position} = o.{self.position}"
        if self.record:
            record = quoted(self.record)
            source += f""" LEFT JOIN LATERAL (
                SELECT h.link FROM {quoted(table)} h WHERE h.{record} = o.{record}
                AND h.{self.position} > o.{self.position} ORDER BY h.{self.position} LIMIT 1
            ) following ON true"""  # noqa: S608
        columns = ", ".join(f"'{column}'" for column in group)
        return f"""
            IF EXISTS (
                SELECT 1 FROM old_rows o JOIN new_rows n ON n.{self.position} = o.{self.position}
                WHERE {changed} AND ({filled})
            ) THEN
                RAISE EXCEPTION 'personal data in % can be blanked only, and all of it', TG_TABLE_NAME
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            INSERT INTO audit_redaction (id, at, "table", columns, rows, positions, digests, links,
                person, reason, change_set_id, database_role)
            SELECT nextval('audit_position'), clock_timestamp(), TG_TABLE_NAME, ARRAY[{columns}],
                count(*), array_agg(o.{self.position} ORDER BY o.{self.position}),
                array_agg({group_digest("o", group)} ORDER BY o.{self.position}),
                array_agg({following} ORDER BY o.{self.position}),
                nullif(current_setting('audit.redaction_of', true), '')::uuid,
                current_setting('audit.redaction', true), audit_change_set(), session_user
            {source} WHERE {changed} HAVING count(*) > 0;
        """  # noqa: S608
