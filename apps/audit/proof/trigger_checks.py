"""Checks that the triggers on the guarded tables are exactly the declared ones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model
from pgtrigger import registry

from apps.audit.proof.guarded_tables import guarded_names
from apps.audit.proof.problems import Problem
from apps.core.read_only_guards import FUNCTION, TRIGGER, wanted_guards

_EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
_ROW, _BEFORE, _INSTEAD = 1, 2, 64
_ON = ("O", "A")


@dataclass(frozen=True)
class TriggerShape:
    """When a trigger runs, for which statements and columns, and which function it calls."""

    kind: int
    columns: tuple[str, ...]
    old_rows: str
    new_rows: str
    condition: str
    function: str
    arguments: str = ""


def check_triggers() -> Iterator[Problem]:
    """Report each trigger that is missing, disabled, changed, or not declared."""
    names = guarded_names()
    declared = _declared(set(names))
    found = _found(names)
    for (table, name), (label, shape) in declared.items():
        enabled, there = found.get((table, name), (None, None))
        if enabled is None:
            yield Problem("trigger", table, f"trigger {label} is missing")
        elif enabled not in _ON:
            yield Problem("trigger", table, f"trigger {label} is disabled")
        elif there != shape:
            yield Problem("trigger", table, f"trigger {label} differs from its declaration")
    for table, name in sorted(found.keys() - declared.keys()):
        yield Problem("trigger", table, f"trigger {name} is not declared")
    yield from _internal(names)


def _declared(names: set[str]) -> dict[tuple[str, str], tuple[str, TriggerShape]]:
    declared = {}
    for model, trigger in registry.registered():
        table = model._meta.db_table
        if table in names:
            name = trigger.get_pgid(model)
            declared[table, name] = (str(trigger.name), _shape_of(model, trigger, name))
    for table, guard in wanted_guards().items():
        if table in names and guard is not None:
            shape = TriggerShape(guard.kind, guard.columns, "", "", "", f"public.{FUNCTION}")
            declared[table, TRIGGER] = (TRIGGER, shape)
    return declared


def _shape_of(model: Model, trigger: Any, name: str) -> TriggerShape:
    # `UPDATE OF "column"` is one operation that includes the columns.
    words = str(trigger.operation)
    columns = tuple(sorted(re.findall(r'"([^"]+)"', words)))
    kind = sum(bit for event, bit in _EVENTS.items() if event in words)
    kind += _ROW * (trigger.level.name == "ROW") + _BEFORE * (trigger.when.name == "BEFORE")
    return TriggerShape(
        kind,
        columns,
        getattr(trigger.referencing, "old", None) or "",
        getattr(trigger.referencing, "new", None) or "",
        _plain(trigger.render_condition(model).strip().removeprefix("WHEN")),
        f"public.{name}",
    )


def _found(names: list[str]) -> dict[tuple[str, str], tuple[str, TriggerShape]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, t.tgname, t.tgenabled, t.tgtype::int,
                ARRAY(
                    SELECT a.attname::text FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum = ANY(t.tgattr) ORDER BY 1
                ),
                coalesce(t.tgoldtable, ''), coalesce(t.tgnewtable, ''),
                CASE WHEN t.tgqual IS NULL THEN ''
                    ELSE substring(pg_get_triggerdef(t.oid) FROM ' WHEN (.*) EXECUTE ') END,
                n.nspname || '.' || p.proname, encode(t.tgargs, 'escape')
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE NOT t.tgisinternal AND c.relname = ANY(%s)
            """,
            [names],
        )
        return {
            (table, name): (
                enabled,
                TriggerShape(
                    kind, tuple(columns), old, new, _plain(condition), function, arguments
                ),
            )
            for table, name, enabled, kind, columns, old, new, condition, function, arguments in (
                cursor.fetchall()
            )
        }


def _internal(names: list[str]) -> Iterator[Problem]:
    """Find disabled triggers of foreign keys, and triggers that only look like one of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, t.tgname, t.tgenabled, p.oid::regprocedure::text,
                p.pronamespace = 'pg_catalog'::regnamespace
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE t.tgisinternal AND c.relname = ANY(%s)
                AND (t.tgenabled <> ALL('{O,A}') OR p.pronamespace <> 'pg_catalog'::regnamespace)
            """,
            [names],
        )
        for table, name, _, function, is_stock in cursor.fetchall():
            if is_stock:
                yield Problem("trigger", table, f"the foreign key's trigger {name} is disabled")
            else:
                yield Problem(
                    "trigger", table, f"trigger {name} calls {function}, which is not declared"
                )


def _plain(condition: str) -> str:
    """Return a condition without PostgreSQL's additions: casts, parentheses, quotes."""
    condition = re.sub(r"::(character varying|\w+)", "", condition)
    return re.sub(r'[\s"()]', "", condition).lower()
