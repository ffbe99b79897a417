"""Removes one person's data from the rows of a run, and leaves all other rows unchanged.

A row keeps its number, its verdict, and the keys of its records, so that the run can be shown and
the other rows can be undone. The contents of its cells are deleted for good.
"""

import re
from collections.abc import Iterable

from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.accounts.anonymization.person import Person
from apps.audit.triggers import REMOVED
from apps.transfers.engine.schema import (
    Table,
    Tables,
    columns_of,
    drop,
    exists,
    holds_id,
    holds_no_words,
)
from apps.transfers.engine.sql import FALSE, all_of, any_of, comma, execute, rows
from apps.transfers.models import ImportRun

ERASED = "erased"


def is_in_rows(run: ImportRun, person: Person) -> bool:
    """Tell whether a row of the run is about the person or mentions them."""
    tables = Tables(run.pk)
    asked = [
        (table, _mentions(person))
        for table in (tables.plan, tables.stage, tables.made, tables.rows)
    ]
    asked.append((tables.plan, _is_about(tables.plan, person)))
    return any(
        exists(table) and rows(SQL("SELECT 1 FROM {} t WHERE {} LIMIT 1").format(table, where))
        for table, where in asked
    )


def rows_erase(run: ImportRun, person: Person) -> None:
    """Blank the rows of an ended run that are about the person; in others, only the words that mention them."""
    tables = Tables(run.pk)
    # An ended run no longer needs its staging table.
    drop(tables.stage)
    if exists(tables.plan):
        _blank(tables.plan, person)
        _reword(tables.plan, person)
    for each in (tables.made, tables.rows):
        if exists(each):
            _reword(each, person)


def _blank(plan: Table, person: Person) -> None:
    cells = [Identifier(name) for name in columns_of(plan) if not holds_no_words(name)]
    execute(
        SQL(
            "UPDATE {plan} t SET {cells}, outcome = CASE WHEN verdict IN ('create', 'update') "
            "THEN {erased} ELSE outcome END WHERE {about}"
        ).format(
            plan=plan,
            cells=comma(SQL("{} = NULL").format(cell) for cell in cells),
            erased=Literal(ERASED),
            about=_is_about(plan, person),
        )
    )


def _reword(table: Table, person: Person) -> None:
    sets = [
        _reworded(name, cast, person.words)
        for name, cast in columns_of(table).items()
        if cast in ("text", "jsonb") and not holds_no_words(name)
    ]
    execute(SQL("UPDATE {} t SET {} WHERE {}").format(table, comma(sets), _mentions(person)))


def _reworded(name: str, cast: str, words: Iterable[str]) -> Composable:
    """SQL of the assignment that removes the words from a column."""
    text: Composable = SQL("{}::text").format(Identifier(name))
    for word in words:
        pattern = re.escape(word).replace("\\ ", " ")
        text = SQL("regexp_replace({}, {}, {}, 'gi')").format(
            text, Literal(pattern), Literal(REMOVED)
        )
    return SQL("{} = ({})::{}").format(Identifier(name), text, Identifier(cast))


def _mentions(person: Person) -> Composable:
    patterns = [f"%{_escaped(word)}%" for word in person.words]
    return SQL("t::text ILIKE ANY({}::text[])").format(Literal(patterns))


def _is_about(plan: Table, person: Person) -> Composable:
    """SQL condition: the row has the person's record; or it has none, and has their address or name."""
    if not exists(plan):
        return FALSE
    keys = [Identifier(name) for name in columns_of(plan) if holds_id(name)]
    without = [_mentions(person)]
    for name in person.names:
        # Another person of this name may have rows, too: those have that person's record.
        without.append(
            all_of(
                SQL("t::text ~* {}").format(Literal(rf"\m{re.escape(word)}\M"))
                for word in name.split()
            )
        )
    return SQL(
        "({key} IN ({keys}) OR (verdict NOT IN ('create', 'update', 'unchanged') AND {without}))"
    ).format(
        key=Literal(person.user.pk),
        keys=comma(keys),
        without=any_of(SQL("({})").format(each) for each in without),
    )


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
