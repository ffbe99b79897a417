"""Compares the functions of the audit triggers with their declarations, and finds functions that hide them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from pgtrigger import registry

from apps.audit.functions import FUNCTIONS
from apps.audit.proof.guarded_tables import guarded_names
from apps.audit.proof.problems import Problem

_FUNCTION = re.compile(
    r'CREATE OR REPLACE FUNCTION\s+(?:"?public"?\.)?"?(\w+)"?\s*\((.*?)\$\$(.*?)\$\$(.*?)(?:;|$)',
    re.DOTALL,
)
_SET = re.compile(r"\bSET\s+(\w+)\s*=\s*(.+?)(?=\s+SET\s|\s+AS\s|$)", re.IGNORECASE | re.DOTALL)


def check_functions() -> Iterator[Problem]:
    declared = _declared()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.proname, p.prosrc, p.prosecdef, coalesce(p.proconfig, '{}'), l.lanname,
                p.pronamespace::regnamespace::text
            FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
            WHERE p.proname = ANY(%s)
            """,
            [list(declared)],
        )
        found: dict[str, list[Any]] = {}
        for name, *properties in cursor.fetchall():
            found.setdefault(name, []).append(properties)
    for name, wanted in declared.items():
        there = found.get(name, [])
        if [_is_declared(wanted, *each) for each in there] != [True]:
            yield Problem("function", name, _what_is_wrong(wanted, there))
    yield from _shadows()


@dataclass(frozen=True)
class Function:
    """A function's declaration around the body (privileges, settings), and the body."""

    around: str
    body: str


def _declared() -> dict[str, Function]:
    """Return each function that the audit triggers need, by name."""
    names = set(guarded_names())
    statements = [
        *FUNCTIONS.values(),
        *(
            str(trigger.compile(model).sql)
            for model, trigger in registry.registered()
            if model._meta.db_table in names
        ),
    ]
    return {
        name: Function(before + after, body)
        for statement in statements
        for name, before, body, after in _FUNCTION.findall(statement)
    }


def _is_declared(
    wanted: Function, source: str, definer: bool, settings: list[str], language: str, schema: str
) -> bool:
    declared = {f"{name}={value}" for name, value in _SET.findall(wanted.around)}
    return (
        _plain(source) == _plain(wanted.body)
        and definer == ("SECURITY DEFINER" in wanted.around.upper())
        and set(map(_setting, settings)) == set(map(_setting, declared))
        and language == "plpgsql"
        and schema == "public"
    )


def _what_is_wrong(wanted: Function, there: list[Any]) -> str:
    if not there:
        return "the function is missing"
    if len(there) > 1:
        return "a second function has this name"
    if _plain(there[0][0]) != _plain(wanted.body):
        return "the function differs from its declaration"
    return "the function's settings, privileges, or schema differ from its declaration"


def _shadows() -> Iterator[Problem]:
    """Find functions that hide PostgreSQL's own: a closer match of the same name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT p.oid::regprocedure::text FROM pg_proc p
            WHERE p.pronamespace = 'public'::regnamespace AND EXISTS (
                SELECT 1 FROM pg_proc own
                WHERE own.proname = p.proname AND own.pronamespace = 'pg_catalog'::regnamespace
            ) AND NOT EXISTS (
                SELECT 1 FROM pg_depend d
                WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
            )
            UNION ALL
            SELECT o.oid::regoperator::text FROM pg_operator o
            WHERE o.oprnamespace = 'public'::regnamespace AND NOT EXISTS (
                SELECT 1 FROM pg_depend d
                WHERE d.objid = o.oid AND d.classid = 'pg_operator'::regclass AND d.deptype = 'e'
            )
            """
        )
        for (name,) in cursor.fetchall():
            yield Problem(
                "function",
                name,
                "it may be called instead of PostgreSQL's own function of this name",
            )


def _plain(source: str) -> str:
    return re.sub(r"\s+", " ", source).strip()


def _setting(text: str) -> str:
    return re.sub(r"[\s'\"]", "", text).lower()
