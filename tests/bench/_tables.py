"""The tables that an import of members fills, and the floor: COPY of the very same rows into them."""

import time
from pathlib import Path
from typing import Any

TABLES = (
    "accounts_user",
    "organizations_membership",
    "accounts_historicaluser",
    "organizations_historicalmembership",
)


def run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def value(statement: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def triggers(state: str) -> None:
    """ENABLE or DISABLE our triggers; foreign keys are always checked."""
    for table in TABLES:
        run(f"ALTER TABLE {table} {state} TRIGGER USER")


def history_rows() -> int:
    return sum(value(f"SELECT count(*) FROM {table}") for table in TABLES[2:])


def clear() -> None:
    """Take all people, memberships and their histories away, so that a round finds what the first one found."""
    triggers("DISABLE")
    # Not TRUNCATE: other tables refer to these.
    for table in reversed(TABLES):
        run(f"DELETE FROM {table}")
    triggers("ENABLE")
    for table in TABLES:
        run(f"VACUUM FULL {table}")


def settle() -> None:
    """What autovacuum would have done by itself a minute later."""
    for table in TABLES:
        run(f"VACUUM ANALYZE {table}")


def floor(folder: Path) -> float:
    """Take the final rows out, empty the tables, and COPY the rows in again; return the seconds.

    Same indexes, keys, foreign keys and history rows, committed as durably; one COPY for each table.
    """
    files = {table: folder / f"{table}.copy" for table in TABLES}
    columns = {
        table: value(
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) "
            f"FROM information_schema.columns WHERE table_name = '{table}' AND is_generated = 'NEVER'"
        )
        for table in TABLES
    }
    for table in TABLES:
        copy_out(f"{table} ({columns[table]})", files[table])
    clear()
    triggers("DISABLE")
    seconds = _copy_in(columns, files)
    triggers("ENABLE")
    for file in files.values():
        file.unlink()
    return seconds


def _copy_in(columns: dict[str, str], files: dict[str, Path]) -> float:
    from django.db import connection, transaction

    run("SET synchronous_commit = on")
    started = time.perf_counter()
    with transaction.atomic():
        for table in TABLES:
            with (
                files[table].open("rb") as file,
                connection.cursor() as cursor,
                cursor.copy(f"COPY {table} ({columns[table]}) FROM STDIN") as copy,
            ):
                while block := file.read(1 << 18):
                    copy.write(block)
    return time.perf_counter() - started


def copy_out(what: str, target: Path, how: str = "") -> float:
    """COPY a table or query to a file; return the seconds."""
    from django.db import connection

    started = time.perf_counter()
    with (
        target.open("wb") as file,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {what} TO STDOUT {how}") as copy,
    ):
        for block in copy:
            file.write(block)
    return time.perf_counter() - started
