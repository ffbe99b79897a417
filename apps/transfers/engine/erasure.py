"""Takes one person out of the rows of a run, and leaves the rows of all others as they are.

A row keeps its number, its verdict and the keys of its records, so that the run can be shown and the
other rows undone; what its cells said is gone for good.
"""

import re
from typing import Any

from django.db import connection

from apps.accounts.anonymization.person import Person
from apps.audit.triggers import REMOVED
from apps.transfers.engine.tables import Tables, drop, exists
from apps.transfers.models import ImportRun

ERASED = "erased"
# What every plan has, and what of a row may stay.
_STAYS = ("number", "seq", "verdict", "outcome", "cause")
_KEYS = ("id_", "op_", "i_")


def is_in_rows(run: ImportRun, person: Person) -> bool:
    """Tell whether a row of the run is about the person or mentions them."""
    tables = Tables(run.pk)
    asked = [
        (name, *_mentions(person)) for name in (tables.plan, tables.stage, tables.made, tables.rows)
    ]
    asked.append((tables.plan, *_is_about(tables.plan, person)))
    return any(
        exists(name) and _rows(f"SELECT 1 FROM {name} t WHERE {where} LIMIT 1", params)
        for name, where, params in asked
    )


def rows_erase(run: ImportRun, person: Person) -> None:
    """Blank the rows of an ended run that are about the person; where others mention them, that word."""
    tables = Tables(run.pk)
    # Of a run that has ended nobody needs what was staged.
    drop(tables.stage)
    if exists(tables.plan):
        _blank(tables.plan, person)
        _reword(tables.plan, person)
    for each in (tables.made, tables.rows):
        if exists(each):
            _reword(each, person)


def _blank(plan: str, person: Person) -> None:
    where, params = _is_about(plan, person)
    cells = [name for name in _columns(plan) if name not in _STAYS and not name.startswith(_KEYS)]
    _rows(
        f"UPDATE {plan} t SET {', '.join(f'{name} = NULL' for name in cells)}, outcome = "
        f"CASE WHEN verdict IN ('create', 'update') THEN '{ERASED}' ELSE outcome END WHERE {where}",
        params,
    )


def _reword(table: str, person: Person) -> None:
    where, found = _mentions(person)
    sets, params = [], []
    for name, cast in _columns(table).items():
        if cast not in ("text", "jsonb") or name in _STAYS or name.startswith(_KEYS):
            continue
        said = f"{name}::text"
        for word in person.words:
            said = f"regexp_replace({said}, %s, %s, 'gi')"
            params += [re.escape(word).replace("\\ ", " "), REMOVED]
        sets.append(f"{name} = ({said})::{cast}")
    _rows(f"UPDATE {table} t SET {', '.join(sets)} WHERE {where}", [*params, *found])


def _mentions(person: Person) -> tuple[str, list[Any]]:
    return "t::text ILIKE ANY(%s)", [[f"%{_escaped(word)}%" for word in person.words]]


def _is_about(plan: str, person: Person) -> tuple[str, list[Any]]:
    """SQL condition: the row has the person's record; or it has none, and their address or name."""
    if not exists(plan):
        return "false", []
    keys = [name for name in _columns(plan) if name.startswith("id_")]
    mentions, params = _mentions(person)
    without = [f"({mentions})"]
    for name in person.names:
        # Another person of that name may have imported rows: theirs have a record, which tells.
        without.append(f"({' AND '.join(['t::text ~* %s'] * len(name.split()))})")
        params += [rf"\m{re.escape(word)}\M" for word in name.split()]
    return (
        f"(%s IN ({', '.join(keys)}) OR (verdict NOT IN ('create', 'update', 'unchanged') "
        f"AND ({' OR '.join(without)})))",
        [person.user.pk, *params],
    )


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _columns(table: str) -> dict[str, str]:
    """Return the columns of a table with their types."""
    found: Any = _rows(
        "SELECT attname, atttypid::regtype::text FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    return dict(found)


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall()) if cursor.description else []
