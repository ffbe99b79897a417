"""Finds server settings and event triggers that change what the triggers do."""

from collections.abc import Iterator

from django.db import connection

from apps.audit.proof.problems import Problem

# Settings that disable triggers, or resolve a name to another table or function.
_SETTINGS = ("session_replication_role", "search_path", "row_security", "pgtrigger.ignore")


def check_server() -> Iterator[Problem]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT evtname::text FROM pg_event_trigger ORDER BY 1")
        for (name,) in cursor.fetchall():
            yield Problem("event trigger", "", f"event trigger {name} is not declared")
        # Per role, per database, or both; those of the whole server are in `pg_settings`.
        cursor.execute(
            """
            SELECT s.setting FROM pg_db_role_setting r, unnest(r.setconfig) AS s (setting)
            WHERE r.setdatabase IN
                (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            ORDER BY 1
            """
        )
        for (setting,) in cursor.fetchall():
            if _matters(setting.partition("=")[0]):
                yield Problem("setting", "", f"{setting} is set for a role or for the database")
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name = 'session_replication_role'"
            " AND setting <> 'origin' UNION ALL"
            " SELECT name, reset_val FROM pg_settings WHERE name = 'search_path'"
            " AND replace(reset_val, ' ', '') NOT IN ('\"$user\",public', 'public')"
        )
        for name, value in cursor.fetchall():
            yield Problem("setting", "", f"{name} is {value}")
        cursor.execute(
            "SELECT increment_by, cycle FROM pg_sequences"
            " WHERE schemaname = 'public' AND sequencename = 'audit_position'"
        )
        if cursor.fetchone() != (1, False):
            yield Problem("setting", "audit_position", "the sequence of positions was changed")


def _matters(name: str) -> bool:
    return name.lower() in _SETTINGS or name.lower().startswith("audit.")
