"""Triggers of the audit tables: only triggers add rows, no row changes, and removals are recorded."""

import pgtrigger

from apps.audit.triggers.sql import AuditTrigger, TriggerModel


class AppendOnly(AuditTrigger):
    """Refuses to change or remove audit rows, and to add any except through triggers."""

    name = "append_only"
    level = pgtrigger.Statement
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate

    def get_func(self, model: TriggerModel) -> str:
        return "PERFORM audit_guard(TG_TABLE_NAME, TG_OP, pg_trigger_depth()); RETURN NULL;"


class RefuseChange(AppendOnly):
    """The same for rows that the application itself adds."""

    operation = pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate


class FillEvent(AuditTrigger):
    """Sets an event's position, time, and context, whatever the client sends."""

    name = "fill"
    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.Insert

    def get_func(self, model: TriggerModel) -> str:
        return """
            NEW.id := nextval('audit_position');
            NEW.at := clock_timestamp();
            NEW.change_set_id := audit_change_set();
            NEW.reason := coalesce(nullif(NEW.reason, ''), current_setting('audit.reason', true), '');
            RETURN NEW;
        """


class RecordRemoval(AuditTrigger):
    """Records which history rows were removed, and why, whichever program removes them."""

    name = "record_removal"
    level = pgtrigger.Statement
    when = pgtrigger.After
    operation = pgtrigger.Delete
    referencing = pgtrigger.Referencing(old="old_rows")

    def __init__(self, *, position: str) -> None:
        self.position = position
        super().__init__()

    def get_func(self, model: TriggerModel) -> str:
        return f"""
            INSERT INTO audit_removal (id, at, "table", rows, positions, reason, change_set_id,
                database_role)
            SELECT nextval('audit_position'), clock_timestamp(), TG_TABLE_NAME, count(*),
                array_agg({self.position} ORDER BY {self.position}),
                current_setting('audit.retention', true), audit_change_set(), session_user
            FROM old_rows HAVING count(*) > 0;
            RETURN NULL;
        """  # noqa: S608
