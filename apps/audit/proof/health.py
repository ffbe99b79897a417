"""Whether the triggers and functions that write the trail stand as they were declared."""

import re
from collections.abc import Iterator

from django.db import connection
from pgtrigger import registry

from apps.audit.functions import FUNCTIONS
from apps.audit.proof.problems import Problem
from apps.audit.triggers import AuditTrigger


def check_triggers() -> Iterator[Problem]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.tgrelid::regclass::text, t.tgname, t.tgenabled, p.prosrc
            FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal
            """
        )
        found = {
            (table, name): (enabled, source) for table, name, enabled, source in cursor.fetchall()
        }
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s)", [list(FUNCTIONS)]
        )
        functions = dict(cursor.fetchall())
    for model, trigger in registry.registered():
        if not isinstance(trigger, AuditTrigger):
            continue
        table = model._meta.db_table
        compiled = trigger.compile(model)
        enabled, source = found.get((table, compiled.sql.pgid), (None, ""))
        if enabled is None:
            yield Problem("trigger", table, f"trigger {trigger.name} is not there")
        elif enabled not in ("O", "A"):
            yield Problem("trigger", table, f"trigger {trigger.name} is switched off")
        elif _normal(source) != _normal(_body(str(compiled.sql))):
            yield Problem(
                "trigger", table, f"trigger {trigger.name} is not the one that was declared"
            )
    for name, sql in FUNCTIONS.items():
        if _normal(functions.get(name, "")) != _normal(_body(sql)):
            yield Problem("trigger", name, "the function is not the one that was declared")


def _body(sql: str) -> str:
    return sql.split("$$")[1]


def _normal(source: str) -> str:
    return re.sub(r"\s+", " ", source).strip()
