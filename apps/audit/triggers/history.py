"""Triggers of an audited model: they copy a statement's changes into the history table."""

import pgtrigger

from apps.audit.triggers.sql import AuditTrigger, TriggerModel, quoted, tracked_columns
from apps.core.model_meta import column_name


class HistoryTrigger(AuditTrigger):
    """Copies the rows that a statement inserted, changed, or deleted into the history table."""

    level = pgtrigger.Statement
    when = pgtrigger.After

    def __init__(self, *, history_table: str, hidden: list[str], untracked: list[str]) -> None:
        self.history_table = history_table
        self.hidden = hidden
        self.untracked = untracked
        super().__init__()

    def columns(self, model: TriggerModel) -> list[str]:
        """Return the columns that the history has; a generated column generates itself there."""
        return tracked_columns(model, {*self.hidden, *self.untracked})

    def hidden_columns(self, model: TriggerModel) -> list[tuple[str, str]]:
        return [(name, quoted(column_name(model, name))) for name in self.hidden]

    def link(self, model: TriggerModel) -> str:
        """Return the digest of the previous state, which links a row to the one before it."""
        return f"hash_record_extended(ROW({self._row('o', self.columns(model))}), 0)"

    @staticmethod
    def _row(alias: str, columns: list[str]) -> str:
        return ", ".join(f"{alias}.{column}" for column in columns)

    def insert(
        self,
        model: TriggerModel,
        kind: str,
        alias: str,
        *,
        hidden: str = "NULL",
        link: str = "NULL",
    ) -> str:
        columns = self.columns(model)
        return f"""
            INSERT INTO {quoted(self.history_table)} (
                history_id, history_date, history_type, history_user_id,
                history_change_reason, change_set_id, hidden_changes, link, {", ".join(columns)}
            )
            SELECT nextval('audit_position'), _at, '{kind}', _actor, _reason, (SELECT audit_change_set()), {hidden}, {link},
                {self._row(alias, columns)}
        """

    def get_declare(self, model: TriggerModel) -> list[tuple[str, str]]:
        return [
            ("_at", "timestamptz := clock_timestamp()"),
            ("_actor", "uuid := nullif(current_setting('audit.actor', true), '')::uuid"),
            ("_reason", "text := nullif(current_setting('audit.reason', true), '')"),
        ]


class HistoryInsert(HistoryTrigger):
    name = "history_insert"
    operation = pgtrigger.Insert
    referencing = pgtrigger.Referencing(new="new_rows")

    def get_func(self, model: TriggerModel) -> str:
        return f"{self.insert(model, '+', 'n')} FROM new_rows n; RETURN NULL;"


class HistoryDelete(HistoryTrigger):
    name = "history_delete"
    operation = pgtrigger.Delete
    referencing = pgtrigger.Referencing(old="old_rows")

    def get_func(self, model: TriggerModel) -> str:
        return (
            f"{self.insert(model, '-', 'o', link=self.link(model))} FROM old_rows o; RETURN NULL;"
        )


class HistoryUpdate(HistoryTrigger):
    """Compares the stored bytes: json has no equality operator, and -0 is not 0."""

    name = "history_update"
    operation = pgtrigger.Update
    referencing = pgtrigger.Referencing(old="old_rows", new="new_rows")

    def get_func(self, model: TriggerModel) -> str:
        hidden = self.hidden_columns(model)
        compared = [*self.columns(model), *(column for _, column in hidden)]
        pk = quoted(str(model._meta.pk.column))
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
    """Refuses TRUNCATE, which passes no rows to triggers and so would leave no history."""

    name = "history_truncate"
    level = pgtrigger.Statement
    when = pgtrigger.Before
    operation = pgtrigger.Truncate

    def get_func(self, model: TriggerModel) -> str:
        return "PERFORM audit_refuse_truncate(TG_TABLE_NAME); RETURN NULL;"


class RefuseNewKey(AuditTrigger):
    """Refuses to change a record's key: the key identifies its history."""

    name = "history_key"
    level = pgtrigger.Row
    when = pgtrigger.Before

    def __init__(self, *, key: str) -> None:
        self.key = quoted(key)
        super().__init__(operation=pgtrigger.UpdateOf(key))

    def get_condition(self, model: TriggerModel) -> pgtrigger.Condition:
        return pgtrigger.Condition(f"OLD.{self.key} IS DISTINCT FROM NEW.{self.key}")

    def get_func(self, model: TriggerModel) -> str:
        return """
            RAISE EXCEPTION 'the primary key of % cannot be changed: its history hangs on it',
                TG_TABLE_NAME USING ERRCODE = 'restrict_violation',
                HINT = 'Create a new record and delete the old one.';
        """
