"""The triggers that hold read-only mode: one on each table, made after every migration.

They are made from what the database has, not from models: also for tables of packages and of plain SQL. A table that
nobody has declared is guarded. The function that they call belongs to `apps.flags`, which knows the switch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from psycopg import sql

from apps.core.read_only import ANY_UPDATE, writable

TRIGGER, FUNCTION = "read_only", "read_only_guard"
# Set-up and migrations write while the mode is on: a release may be what it was turned on for.
RELEASE_STEP = "release.step"
_BEFORE, _INSERT, _DELETE, _UPDATE, _TRUNCATE = 2, 4, 8, 16, 32


@dataclass(frozen=True)
class Guard:
    """What a guard refuses, in PostgreSQL's terms: `kind` is `pg_trigger.tgtype`; no `columns` are all."""

    kind: int
    columns: tuple[str, ...] = ()


@contextmanager
def release_step() -> Iterator[None]:
    """Open a transaction that may write while the mode is on, and may end declarations."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, 'on', true)", [RELEASE_STEP])
        yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, '', true)", [RELEASE_STEP])


def wanted_guards() -> dict[str, Guard | None]:
    """Return the guard of each table of the database, by name; None for one that stays writable."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, array_agg(a.attname::text ORDER BY a.attname::text)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            GROUP BY c.relname ORDER BY c.relname
            """
        )
        return {table: wanted_guard(table, columns) for table, columns in cursor.fetchall()}


def wanted_guard(table: str, columns: list[str]) -> Guard | None:
    every = _BEFORE | _INSERT | _DELETE | _TRUNCATE
    found = writable(table)
    if found is None:
        return Guard(every | _UPDATE)
    if not found.columns:
        return None
    if found.columns == ANY_UPDATE:
        return Guard(every)
    return Guard(every | _UPDATE, tuple(name for name in columns if name not in found.columns))


def present_guards() -> dict[str, Guard]:
    """Return the guards that the database has and that work, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, t.tgtype::int, ARRAY(
                SELECT a.attname::text FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum = ANY(t.tgattr) ORDER BY 1
            )
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE t.tgname = %s AND c.relnamespace = 'public'::regnamespace AND t.tgenabled IN ('O', 'A')
                AND t.tgfoid = to_regproc(%s) AND t.tgqual IS NULL
            """,
            [TRIGGER, f"public.{FUNCTION}"],
        )
        return {table: Guard(kind, tuple(columns)) for table, kind, columns in cursor.fetchall()}


def guards_lift() -> None:
    """Remove the guards that name columns: PostgreSQL changes the type of no column that a trigger names.

    Called before migrations, which write in any mode; `guards_install` makes them again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for table, guard in present_guards().items():
            if guard.columns:
                drop = sql.SQL("DROP TRIGGER {} ON {}")
                names = sql.Identifier(TRIGGER), sql.Identifier("public", table)
                cursor.execute(drop.format(*names))


def guards_install() -> list[str]:
    """Make each guard that is missing or differs, and remove those of tables that stay writable; return the tables."""
    changed = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s)", [f"public.{FUNCTION}"])
        if cursor.fetchone() == (None,):
            return []
        present = present_guards()
        for table, guard in wanted_guards().items():
            if present.get(table) == guard:
                continue
            changed.append(table)
            # Composed by psycopg: no name can be anything but a name.
            names = {"trigger": sql.Identifier(TRIGGER), "table": sql.Identifier("public", table)}
            drop = sql.SQL("DROP TRIGGER IF EXISTS {trigger} ON {table}").format(**names)
            cursor.execute(drop)
            if guard is not None:
                cursor.execute(
                    sql.SQL(
                        "CREATE TRIGGER {trigger} BEFORE {operations} ON {table}"
                        " FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
                    ).format(
                        operations=_operations(guard),
                        function=sql.Identifier("public", FUNCTION),
                        **names,
                    )
                )
    return changed


def _operations(guard: Guard) -> sql.Composable:
    words: list[sql.Composable] = [sql.SQL("INSERT OR DELETE OR TRUNCATE")]
    if guard.kind & _UPDATE:
        words.append(sql.SQL("UPDATE"))
        if guard.columns:
            names = sql.SQL(", ").join(map(sql.Identifier, guard.columns))
            words[-1] = sql.SQL("UPDATE OF {}").format(names)
    return sql.SQL(" OR ").join(words)
