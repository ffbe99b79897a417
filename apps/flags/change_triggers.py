"""Triggers that announce each change of flags; see docs/decisions/017-flags-are-answered-from-memory.md."""

import pgtrigger

from apps.audit.triggers.sql import AuditTrigger, TriggerModel


class NoteChange(AuditTrigger):
    """Tells the connection at once, and every process at the commit. A statement without rows changes nothing."""

    level = pgtrigger.Statement
    when = pgtrigger.After

    def get_func(self, model: TriggerModel) -> str:
        return """
            IF EXISTS (SELECT FROM changed_rows) THEN
                PERFORM flags_note_change();
            END IF;
            RETURN NULL;
        """


class NoteInsert(NoteChange):
    name = "note_insert"
    operation = pgtrigger.Insert
    referencing = pgtrigger.Referencing(new="changed_rows")


class NoteUpdate(NoteChange):
    name = "note_update"
    operation = pgtrigger.Update
    referencing = pgtrigger.Referencing(new="changed_rows")


class NoteDelete(NoteChange):
    name = "note_delete"
    operation = pgtrigger.Delete
    referencing = pgtrigger.Referencing(old="changed_rows")


class RefuseCircle(AuditTrigger):
    """Refuses flags that need each other: neither could ever be on."""

    name = "refuse_circle"
    level = pgtrigger.Statement
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: TriggerModel) -> str:
        return """
            -- Of two transactions that each add half of a circle, the second must see the first.
            PERFORM pg_advisory_xact_lock(hashtextextended('flags_flag_prerequisites', 0));
            IF EXISTS (
                WITH RECURSIVE reached (start, flag) AS (
                    SELECT from_flag_id, to_flag_id FROM flags_flag_prerequisites
                    UNION
                    SELECT reached.start, p.to_flag_id
                    FROM reached JOIN flags_flag_prerequisites p ON p.from_flag_id = reached.flag
                )
                SELECT FROM reached WHERE start = flag
            ) THEN
                RAISE EXCEPTION 'a flag would need itself'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'flag_needs_no_circle';
            END IF;
            RETURN NULL;
        """


class WaitForWriters(AuditTrigger):
    """Turning read-only mode on waits until no transaction that has written is open; see the migration `read_only`."""

    name = "wait_for_writers"
    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: TriggerModel) -> str:
        return """
            IF NEW.name = 'read-only' AND NEW.active
                AND (TG_OP = 'INSERT' OR NOT OLD.active OR OLD.name <> NEW.name)
            THEN
                PERFORM read_only_wait();
            END IF;
            RETURN NEW;
        """


class KeepDeclared(AuditTrigger):
    """Refuses to end a declaration: the row could be deleted next. Only set-up does, when the code has dropped it."""

    name = "keep_declared"
    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.UpdateOf("is_declared")

    def get_condition(self, model: TriggerModel) -> pgtrigger.Condition:
        return pgtrigger.Condition("OLD.is_declared AND NOT NEW.is_declared")

    def get_func(self, model: TriggerModel) -> str:
        return """
            IF coalesce(current_setting('release.step', true), '') <> 'on' THEN
                RAISE EXCEPTION '% is declared in the code, and stays declared', NEW.name
                    USING ERRCODE = 'restrict_violation',
                    HINT = 'Remove its declaration, and run the set-up.';
            END IF;
            RETURN NEW;
        """


NOTES = (NoteInsert, NoteUpdate, NoteDelete)
