"""What somebody added to the tables of the audit log, or around them, is named by the proof."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from apps.audit.proof.verify import audit_log_verify
from tests.audit.test_verify_audit import verify

pytestmark = pytest.mark.django_db(transaction=True)

HISTORY, LIVE, OWN = "organizations_historicalorganization", "accounts_user", "audit_event"
_FORGE = "CREATE FUNCTION forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
_WRONG = "CREATE FUNCTION forge_event() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$"
_ON_HISTORY = (
    f"CREATE TRIGGER forged BEFORE INSERT ON {HISTORY} FOR EACH ROW EXECUTE FUNCTION forge()"
)
_APPEND_ONLY = (
    f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{HISTORY}'::regclass"
    " AND tgname LIKE '%append_only%'"
)

# name → (what is done, how it is taken back, the kind and the table that are named).
ADDED: dict[str, tuple[list[str], list[str], tuple[str, str]]] = {
    "a trigger on a history": (
        [_FORGE, _ON_HISTORY],
        ["DROP FUNCTION forge CASCADE"],
        ("trigger", HISTORY),
    ),
    "a trigger on a live table": (
        [
            _FORGE,
            f"CREATE TRIGGER forged AFTER UPDATE ON {LIVE} FOR EACH ROW EXECUTE FUNCTION forge()",
        ],
        ["DROP FUNCTION forge CASCADE"],
        ("trigger", LIVE),
    ),
    "a trigger that is switched off": (
        [_FORGE, _ON_HISTORY, f"ALTER TABLE {HISTORY} DISABLE TRIGGER forged"],
        ["DROP FUNCTION forge CASCADE"],
        ("trigger", HISTORY),
    ),
    "a rule that swallows updates": (
        [f"CREATE RULE silent AS ON UPDATE TO {LIVE} WHERE OLD.is_superuser DO INSTEAD NOTHING"],
        [f"DROP RULE silent ON {LIVE}"],
        ("rule", LIVE),
    ),
    "a rule on a history": (
        [f"CREATE RULE silent AS ON INSERT TO {HISTORY} DO INSTEAD NOTHING"],
        [f"DROP RULE silent ON {HISTORY}"],
        ("rule", HISTORY),
    ),
    "a policy": (
        [f"CREATE POLICY hidden ON {HISTORY} USING (history_type <> '-')"],
        [f"DROP POLICY hidden ON {HISTORY}"],
        ("policy", HISTORY),
    ),
    "row level security": (
        [f"ALTER TABLE {OWN} ENABLE ROW LEVEL SECURITY"],
        [f"ALTER TABLE {OWN} DISABLE ROW LEVEL SECURITY"],
        ("policy", OWN),
    ),
    "forced row level security": (
        [f"ALTER TABLE {HISTORY} FORCE ROW LEVEL SECURITY"],
        [f"ALTER TABLE {HISTORY} NO FORCE ROW LEVEL SECURITY"],
        ("policy", HISTORY),
    ),
    "a child table": (
        [f"CREATE TABLE forged_rows () INHERITS ({HISTORY})"],
        ["DROP TABLE forged_rows"],
        ("inheritance", HISTORY),
    ),
    "a parent table": (
        ["CREATE TABLE forged_parent ()", f"ALTER TABLE {LIVE} INHERIT forged_parent"],
        [f"ALTER TABLE {LIVE} NO INHERIT forged_parent", "DROP TABLE forged_parent"],
        ("inheritance", LIVE),
    ),
    "a default": (
        [f"ALTER TABLE {HISTORY} ALTER history_change_reason SET DEFAULT 'by nobody'"],
        [f"ALTER TABLE {HISTORY} ALTER history_change_reason DROP DEFAULT"],
        ("column", HISTORY),
    ),
    "a generated column": (
        [f"ALTER TABLE {HISTORY} ADD forged text GENERATED ALWAYS AS ('x') STORED"],
        [f"ALTER TABLE {HISTORY} DROP forged"],
        ("column", HISTORY),
    ),
    "a unique constraint": (
        [f"ALTER TABLE {HISTORY} ADD CONSTRAINT forged UNIQUE (history_id, name)"],
        [f"ALTER TABLE {HISTORY} DROP CONSTRAINT forged"],
        ("constraint", HISTORY),
    ),
    "a check": (
        [f"ALTER TABLE {HISTORY} ADD CONSTRAINT forged CHECK (name <> 'Harbor')"],
        [f"ALTER TABLE {HISTORY} DROP CONSTRAINT forged"],
        ("constraint", HISTORY),
    ),
    "a unique index": (
        [f"CREATE UNIQUE INDEX forged ON {HISTORY} (history_id) WHERE name = 'Harbor'"],
        ["DROP INDEX forged"],
        ("index", HISTORY),
    ),
    "a foreign key that cascades": (
        [
            f"ALTER TABLE {HISTORY} ADD CONSTRAINT forged FOREIGN KEY (id)"
            " REFERENCES organizations_organization ON DELETE CASCADE NOT VALID"
        ],
        [f"ALTER TABLE {HISTORY} DROP CONSTRAINT forged"],
        ("constraint", HISTORY),
    ),
    "an event trigger": (
        [_WRONG, "CREATE EVENT TRIGGER forged ON ddl_command_end EXECUTE FUNCTION forge_event()"],
        ["DROP EVENT TRIGGER forged", "DROP FUNCTION forge_event"],
        ("event trigger", ""),
    ),
    "a function in place of PostgreSQL's own": (
        ["CREATE FUNCTION nextval(text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'"],
        ["DROP FUNCTION nextval(text)"],
        ("function", "nextval(text)"),
    ),
    "a function with another search path": (
        ["ALTER FUNCTION audit_change_set() SET search_path = forged, public"],
        ["ALTER FUNCTION audit_change_set() SET search_path = public, pg_temp"],
        ("function", "audit_change_set"),
    ),
    "a second function of one name": (
        [
            "CREATE FUNCTION audit_guard(text, text, int) RETURNS void LANGUAGE sql"
            " AS 'SELECT NULL::void'"
        ],
        ["DROP FUNCTION audit_guard(text, text, int)"],
        ("function", "audit_guard"),
    ),
    "a table of one name in another schema": (
        ["CREATE SCHEMA forged", f"CREATE TABLE forged.{LIVE} (id int)"],
        ["DROP SCHEMA forged CASCADE"],
        ("table", LIVE),
    ),
    "a setting that retires the guard": (
        # In this database alone: a role's own settings would reach the tests that run beside this one.
        [
            "DO $$ BEGIN EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I"
            " SET audit.retention = ''always''', current_database()); END $$"
        ],
        [
            "DO $$ BEGIN EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I"
            " RESET audit.retention', current_database()); END $$"
        ],
        ("setting", ""),
    ),
    "a setting that puts triggers to sleep": (
        [
            "DO $$ BEGIN EXECUTE format('ALTER ROLE postgres IN DATABASE %I"
            " SET session_replication_role = replica', current_database()); END $$"
        ],
        [
            "DO $$ BEGIN EXECUTE format('ALTER ROLE postgres IN DATABASE %I"
            " RESET session_replication_role', current_database()); END $$"
        ],
        ("setting", ""),
    ),
    "an unlogged table": (
        [f"ALTER TABLE {OWN} SET UNLOGGED"],
        [f"ALTER TABLE {OWN} SET LOGGED"],
        ("table", OWN),
    ),
}


@pytest.fixture
def hand() -> Iterator[Callable[[list[str]], None]]:
    """Run statements as the server's superuser, with the triggers awake, and commit them."""
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], user="postgres", dbname=settings["NAME"], autocommit=True
    ) as superuser:

        def run(statements: list[str]) -> None:
            for statement in statements:
                superuser.execute(statement)  # type: ignore[arg-type]

        yield run


@pytest.fixture(scope="module", autouse=True)
def _whole_again(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """When everything has been taken back, nothing is named any more."""
    yield
    with django_db_blocker.unblock():
        assert audit_log_verify(sealing=False, keep=False).problems == []


def named(verdict: dict) -> set[tuple[str, str]]:
    return {(problem["kind"], problem["table"]) for problem in verdict["problems"]}


@pytest.mark.parametrize("what", ADDED)
def test_what_was_added_is_named(what: str, hand: Callable[[list[str]], None]) -> None:
    add, take_back, problem = ADDED[what]
    hand(add)
    try:
        verdict, code = verify("--no-seal")
    finally:
        hand(take_back)

    assert code == 1
    assert problem in named(verdict)


@pytest.mark.parametrize("state", ["DISABLE TRIGGER", "ENABLE REPLICA TRIGGER"])
def test_a_trigger_that_sleeps_is_named(state: str, hand: Callable[[list[str]], None]) -> None:
    (name,) = one(_APPEND_ONLY)
    hand([f"ALTER TABLE {HISTORY} {state} {name}"])
    try:
        verdict, code = verify("--no-seal")
    finally:
        hand([f"ALTER TABLE {HISTORY} ENABLE TRIGGER {name}"])

    assert (code, named(verdict)) == (1, {("trigger", HISTORY)})


@pytest.mark.parametrize(
    ("old", "new"),
    [("BEFORE INSERT OR DELETE", "BEFORE INSERT"), ("FOR EACH STATEMENT", "FOR EACH ROW")],
)
def test_a_trigger_that_runs_at_other_times_is_named(
    old: str, new: str, hand: Callable[[list[str]], None]
) -> None:
    """Its function is untouched: a look at the body alone would find nothing."""
    (name,) = one(_APPEND_ONLY)
    (stands,) = one(
        f"SELECT pg_get_triggerdef(oid) FROM ({_APPEND_ONLY.replace('tgname', 'oid', 1)}) t"
    )
    (comment,) = one(
        f"SELECT obj_description(oid, 'pg_trigger') FROM ({_APPEND_ONLY.replace('tgname', 'oid', 1)}) t"
    )
    forged = stands.replace(old, new).replace(" OR TRUNCATE", "")
    drop = f"DROP TRIGGER {name} ON {HISTORY}"
    hand([drop, forged])
    try:
        verdict, code = verify("--no-seal")
    finally:
        output = sql.SQL("COMMENT ON TRIGGER {} ON {} IS {}").format(
            sql.Identifier(name), sql.Identifier(HISTORY), sql.Literal(comment)
        )
        hand([drop, stands, output.as_string()])

    assert (code, named(verdict)) == (1, {("trigger", HISTORY)})


def one(query: str) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row: tuple = cursor.fetchone()
        return row


_CHECK = """
    SELECT k.conrelid::regclass::text, k.conname, pg_get_constraintdef(k.oid),
        pg_get_expr(k.conbin, k.conrelid)
    FROM pg_constraint k
    WHERE k.contype = 'c' AND k.conrelid IN (
        'organizations_membership'::regclass, 'organizations_organization'::regclass,
        'django_celery_beat_intervalschedule'::regclass, 'flags_flag'::regclass,
        'django_celery_beat_crontabschedule'::regclass
    ) ORDER BY 1, 2
"""
_INDEX = """
    SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i WHERE i.indisunique AND i.indpred IS NOT NULL
        AND i.indrelid = 'organizations_organization'::regclass ORDER BY 2
"""


def each_named(verdict: dict) -> set[tuple[str, str, str]]:
    """Return the kind, the table, and the name that each problem's sentence begins with."""
    return {
        (
            problem["kind"],
            problem["table"],
            problem["message"].removeprefix(problem["kind"]).split()[0],
        )
        for problem in verdict["problems"]
    }


def all_of(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE organizations_membership ALTER role SET DEFAULT 'owner'",
        "ALTER TABLE audit_event ALTER at SET DEFAULT '2020-01-01'",
        "ALTER TABLE audit_event ALTER at DROP DEFAULT",
    ],
)
def test_another_default_is_named(statement: str, hand: Callable[[list[str]], None]) -> None:
    table, column = statement.split()[2], statement.split()[4]
    (stands,) = one(
        "SELECT column_default FROM information_schema.columns"
        f" WHERE table_name = '{table}' AND column_name = '{column}'"
    )
    hand([statement])
    try:
        verdict, code = verify("--no-seal")
    finally:
        hand([f"ALTER TABLE {table} ALTER {column} SET DEFAULT {stands}"])

    assert (code, named(verdict)) == (1, {("column", table)})


def test_a_column_of_another_length_is_named(hand: Callable[[list[str]], None]) -> None:
    table, column = "projects_project", "status"
    (stands,) = one(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
        f" WHERE attrelid = '{table}'::regclass AND attname = '{column}'"
    )
    hand([f"ALTER TABLE {table} ALTER {column} TYPE varchar(5000)"])
    try:
        verdict, code = verify("--no-seal")
    finally:
        hand([f"ALTER TABLE {table} ALTER {column} TYPE {stands}"])

    assert (code, named(verdict)) == (1, {("column", table)})


@pytest.mark.parametrize("forged", ["CHECK (true)", "CHECK (({}) AND 2 > 1)", ""])
def test_a_check_that_says_something_else_is_named(
    forged: str, hand: Callable[[list[str]], None]
) -> None:
    checks = all_of(_CHECK)
    assert checks
    drop = [f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}" for table, name, *_ in checks]
    add = [f"ALTER TABLE {table} ADD CONSTRAINT {name} " for table, name, *_ in checks]
    forgeries = [start + forged.format(each[3]) for start, each in zip(add, checks, strict=True)]
    hand([*drop, *(forgeries if forged else [])])
    try:
        verdict, code = verify("--no-seal")
    finally:
        hand([*drop, *(start + each[2] for start, each in zip(add, checks, strict=True))])

    assert code == 1
    assert each_named(verdict) == {("constraint", table, name) for table, name, *_ in checks}


def test_a_unique_index_that_says_something_else_is_named(
    hand: Callable[[list[str]], None],
) -> None:
    indexes = all_of(_INDEX)
    assert indexes
    for _, name, stands in indexes:
        hand([f"DROP INDEX {name}", stands + " AND name <> 'Harbor'"])
    try:
        verdict, code = verify("--no-seal")
    finally:
        for _, name, stands in indexes:
            hand([f"DROP INDEX {name}", stands])

    assert code == 1
    assert each_named(verdict) == {("index", table, name) for table, name, _ in indexes}
