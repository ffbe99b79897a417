"""The triggers behind `History`: PostgreSQL writes one history row per record that really changed.

Statement triggers with transition tables: the cost of the trail is one set-based INSERT per
statement, whatever wrote. Everything is generated from the model's fields when `makemigrations`
runs, so a new field carries its triggers along.
"""

from typing import Any

import pgtrigger
from pgtrigger import compiler


class AuditTriggerSql(compiler.UpsertTriggerSql):
    """pgtrigger's template without its `pgtrigger.ignore` way around, run as the tables' owner.

    Nested loops are off because plpgsql keeps the plan of a session's first call, which may have
    seen one row; joined by a nested loop, the next 100,000 rows would take hours.
    """

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER
            LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public, pg_temp SET enable_nestloop = off AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$;
            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};
            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class AuditTrigger(pgtrigger.Trigger):
    """A trigger of the trail; never skipped by `pgtrigger.ignore`."""

    sql_class: type[AuditTriggerSql] = AuditTriggerSql

    def compile(self, model: Any) -> compiler.Trigger:
        return compiler.Trigger(
            name=self.name,
            sql=self.sql_class(
                pgid=self.get_pgid(model),
                declare=self.render_declare(model),
                func=self.render_func(model),
                table=model._meta.db_table,
                when=self.when,
                operation=self.operation,
                referencing=self.referencing or "",
                level=self.level,
                condition=self.render_condition(model),
            ),
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def group_digest(alias: str, columns: list[str]) -> str:
    """Return the SQL of a digest over columns that are blanked together."""
    row = ", ".join(f"{alias}.{_quoted(column)}" for column in columns)
    return f"encode(substr(sha256(convert_to(ROW({row})::text, 'UTF8')), 1, 16), 'hex')::uuid"


def tracked_columns(model: Any, left_out: set[str]) -> list[str]:
    return [
        _quoted(str(field.column))
        for field in model._meta.concrete_fields
        if field.name not in left_out and not field.generated
    ]


class HistoryTrigger(AuditTrigger):
    """Copies what a statement inserted, changed or deleted into the history table."""

    level = pgtrigger.Statement
    when = pgtrigger.After

    def __init__(self, *, history_table: str, hidden: list[str], untracked: list[str]) -> None:
        self.history_table = history_table
        self.hidden = hidden
        self.untracked = untracked
        super().__init__()

    def columns(self, model: Any) -> list[str]:
        """Return the columns that history keeps; a generated one makes itself there too."""
        return tracked_columns(model, {*self.hidden, *self.untracked})

    def hidden_columns(self, model: Any) -> list[tuple[str, str]]:
        return [(name, _quoted(str(model._meta.get_field(name).column))) for name in self.hidden]

    def link(self, model: Any) -> str:
        """Return the digest of the state before: what ties a row to the one that it follows."""
        return f"hash_record_extended(ROW({self._row('o', self.columns(model))}), 0)"

    @staticmethod
    def _row(alias: str, columns: list[str]) -> str:
        return ", ".join(f"{alias}.{column}" for column in columns)

    def insert(
        self,
        model: Any,
        kind: str,
        alias: str,
        *,
        hidden: str = "NULL",
        link: str = "NULL",
    ) -> str:
        columns = self.columns(model)
        return f"""
            INSERT INTO {_quoted(self.history_table)} (
                history_id, history_date, history_type, history_user_id,
                history_change_reason, change_set_id, hidden_changes, link, {", ".join(columns)}
            )
            SELECT nextval('audit_position'), _at, '{kind}', _actor, _reason, (SELECT audit_change_set()), {hidden}, {link},
                {self._row(alias, columns)}
        """

    def get_declare(self, model: Any) -> list[tuple[str, str]]:
        return [
            ("_at", "timestamptz := clock_timestamp()"),
            ("_actor", "uuid := nullif(current_setting('audit.actor', true), '')::uuid"),
            ("_reason", "text := nullif(current_setting('audit.reason', true), '')"),
        ]


class HistoryInsert(HistoryTrigger):
    name = "history_insert"
    operation = pgtrigger.Insert
    referencing = pgtrigger.Referencing(new="new_rows")

    def get_func(self, model: Any) -> str:
        return f"{self.insert(model, '+', 'n')} FROM new_rows n; RETURN NULL;"


class HistoryDelete(HistoryTrigger):
    name = "history_delete"
    operation = pgtrigger.Delete
    referencing = pgtrigger.Referencing(old="old_rows")

    def get_func(self, model: Any) -> str:
        return (
            f"{self.insert(model, '-', 'o', link=self.link(model))} FROM old_rows o; RETURN NULL;"
        )


class HistoryUpdate(HistoryTrigger):
    """Compares the stored bytes: json needs no equality, and -0 is not 0."""

    name = "history_update"
    operation = pgtrigger.Update
    referencing = pgtrigger.Referencing(old="old_rows", new="new_rows")

    def get_func(self, model: Any) -> str:
        hidden = self.hidden_columns(model)
        compared = [*self.columns(model), *(column for _, column in hidden)]
        pk = _quoted(str(model._meta.pk.column))
        changed = "NULL"
        if hidden:
            cases = ", ".join(
                f"CASE WHEN record_image_ne(ROW(o.{column}), ROW(n.{column})) THEN '{name}' END"
                for name, column in hidden
            )
            changed = f"nullif(array_remove(ARRAY[{cases}]::text[], NULL), '{{}}')"
        return f"""
            {self.insert(model, "~", "n", hidden=changed, link=self.link(model))}
            FROM new_rows n JOIN old_rows o ON o.{pk} = n.{pk}
            WHERE record_image_ne(
                ROW({self._row("o", compared)}), ROW({self._row("n", compared)})
            );
            RETURN NULL;
        """


class RefuseTruncate(AuditTrigger):
    """TRUNCATE hands its rows to no trigger, so it would leave no trace."""

    name = "history_truncate"
    level = pgtrigger.Statement
    when = pgtrigger.Before
    operation = pgtrigger.Truncate

    def get_func(self, model: Any) -> str:
        return "PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;"


class RefuseNewKey(AuditTrigger):
    """A record keeps its key for life: the key is what its history is found by."""

    name = "history_key"
    level = pgtrigger.Row
    when = pgtrigger.Before

    def __init__(self, *, key: str) -> None:
        self.key = _quoted(key)
        super().__init__(operation=pgtrigger.UpdateOf(key))

    def get_condition(self, model: Any) -> pgtrigger.Condition:
        return pgtrigger.Condition(f"OLD.{self.key} IS DISTINCT FROM NEW.{self.key}")

    def get_func(self, model: Any) -> str:
        return """
            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',
                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',
                HINT = 'Create a new record and delete the old one.';
        """


class AppendOnly(AuditTrigger):
    """Refuses to change or remove rows of the trail, and to add any but through its triggers."""

    name = "append_only"
    level = pgtrigger.Statement
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate

    def get_func(self, model: Any) -> str:
        return "PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;"


class RefuseChange(AppendOnly):
    """The same for rows that the application does add by itself."""

    operation = pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate


class FillEvent(AuditTrigger):
    """Gives an event its position, its time and its context, whatever the client claims."""

    name = "fill"
    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.Insert

    def get_func(self, model: Any) -> str:
        return """
            NEW.id := nextval('audit_position');
            NEW.at := clock_timestamp();
            NEW.change_set_id := audit_change_set();
            NEW.reason := coalesce(nullif(NEW.reason, ''), current_setting('audit.reason', true), '');
            RETURN NEW;
        """


# What a value may become when it is blanked; the last one is a JSON document.
REMOVED = "[removed]"
BLANKS = ("", REMOVED, '{"removed": true}')


class PlainTextSql(AuditTriggerSql):
    """Digests must not depend on the client's settings."""

    def get_template(self) -> str:
        return (
            super()
            .get_template()
            .replace(
                "SET enable_nestloop = off",
                "SET enable_nestloop = off SET timezone = 'UTC' SET datestyle = 'ISO, YMD'"
                " SET intervalstyle = 'iso_8601' SET bytea_output = 'hex' SET extra_float_digits = 1",
            )
        )


class RecordRedaction(AuditTrigger):
    """Lets personal columns be blanked and nothing else, and writes down which rows were.

    Columns come in groups: one group of a row is blanked whole. What stays of it is a digest, with
    which the row still fits the digest that was sealed of it (`apps/audit/proof/tables.py`).
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

    def get_func(self, model: Any) -> str:
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
            f"record_image_ne(ROW({', '.join(f'o.{_quoted(c)}' for c in group)}),"
            f" ROW({', '.join(f'n.{_quoted(c)}' for c in group)}))"
        )
        blanks = ", ".join(f"'{blank}'" for blank in BLANKS)
        filled = " OR ".join(
            f"coalesce(n.{_quoted(column)}::text, '') NOT IN ({blanks})" for column in group
        )
        following = "following.link" if self.record else "NULL::bigint"
        source = f"FROM old_rows o JOIN new_rows n ON n.{self.position} = o.{self.position}"
        if self.record:
            record = _quoted(self.record)
            source += f""" LEFT JOIN LATERAL (
                SELECT h.link FROM {_quoted(table)} h WHERE h.{record} = o.{record}
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


class RecordRemoval(AuditTrigger):
    """Whoever removes rows of the trail, the database writes down how many, which and why."""

    name = "record_removal"
    level = pgtrigger.Statement
    when = pgtrigger.After
    operation = pgtrigger.Delete
    referencing = pgtrigger.Referencing(old="old_rows")

    def __init__(self, *, position: str) -> None:
        self.position = position
        super().__init__()

    def get_func(self, model: Any) -> str:
        return f"""
            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,
                database_role)
            SELECT nextval('audit_position'), clock_timestamp(), TG_TABLE_NAME, count(*),
                array_agg({self.position} ORDER BY {self.position}),
                current_setting('audit.retention', true), audit_change_set(), session_user
            FROM old_rows HAVING count(*) > 0;
            RETURN NULL;
        """  # noqa: S608
