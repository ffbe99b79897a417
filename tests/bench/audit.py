"""What the trail costs: each statement with its history triggers and, in the same run, without."""

import time
from collections.abc import Callable, Iterator

from tests.bench import Result, database

ROWS = 100_000
ROUNDS = 3

SEED = f"""
    INSERT INTO accounts_user (password, email, first_name, last_name, phone, avatar, is_superuser)
    SELECT '!', 'person' || n || '@example.org', 'First' || n, 'Last' || n, '', '', false
    FROM generate_series(1, {ROWS}) n;
    INSERT INTO organizations_organization (name, slug, external_id)
    SELECT 'Organization ' || n, 'organization-' || n, '' FROM generate_series(1, 1000) n;
    INSERT INTO projects_project (name, description, organization_id)
    SELECT 'Project', '', id FROM organizations_organization;
    CREATE TABLE bench_seat AS
    SELECT u.id AS user_id, o.id AS organization_id, row_number() OVER () AS n FROM (
        SELECT id, row_number() OVER () AS n FROM accounts_user
    ) u JOIN (
        SELECT id, row_number() OVER () AS n FROM organizations_organization
    ) o ON o.n = u.n % 1000 + 1;
    CREATE TABLE bench_project AS SELECT id, row_number() OVER () AS n FROM projects_project;
    ANALYZE;
"""

SEATS = "INSERT INTO organizations_membership (user_id, organization_id, role)"
TASKS = "INSERT INTO projects_task (title, status, project_id)"
USERS = "INSERT INTO accounts_user (password, email, first_name, last_name, phone, avatar, is_superuser)"
CASES: dict[str, tuple[str, dict[str, str]]] = {
    "memberships": (
        "organizations_membership",
        {
            "insert": f"{SEATS} SELECT user_id, organization_id, 'member' FROM bench_seat",
            "update": "UPDATE organizations_membership SET role = 'viewer'",
            "upsert": f"{SEATS} SELECT user_id, organization_id, 'admin' FROM bench_seat"
            " ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role",
            "update that changes nothing": "UPDATE organizations_membership SET role = role",
        },
    ),
    "tasks": (
        "projects_task",
        {
            "insert": f"{TASKS} SELECT 'Task ' || i, 'todo', p.id FROM generate_series(1, 100) i,"
            " bench_project p",
            "update": "UPDATE projects_task SET status = 'done'",
            "upsert": f"{TASKS} SELECT 'Task ' || i, 'in_progress', p.id FROM generate_series(1, 100) i,"
            " bench_project p ON CONFLICT (project_id, title) DO UPDATE SET status = excluded.status",
            "update that changes nothing": "UPDATE projects_task SET status = status",
        },
    ),
    "users": (
        "accounts_user",
        {
            "insert": f"{USERS} SELECT '!', 'other' || n || '@example.org', 'First', 'Last', '', '', false"
            f" FROM generate_series(1, {ROWS}) n",
            "update": "UPDATE accounts_user SET phone = '+1' WHERE email LIKE 'other%'",
            "upsert": f"{USERS} SELECT '!', 'other' || n || '@example.org', 'First', 'Name', '', '', false"
            f" FROM generate_series(1, {ROWS}) n ON CONFLICT (email) DO UPDATE SET last_name = excluded.last_name",
            "update that changes nothing": "UPDATE accounts_user SET phone = phone WHERE email LIKE 'other%'",
        },
    ),
}
GOALS = {"insert": 2.0, "update": 2.0, "upsert": 2.0, "update that changes nothing": 1.2}


def measure() -> Iterator[Result]:
    with database():
        run(SEED)
        for name, (table, statements) in CASES.items():
            times = {(kind, audited): [] for kind in statements for audited in (True, False)}
            for _round in range(ROUNDS):
                for audited in (False, True):
                    reset(table)
                    switch(table, on=audited)
                    for kind, statement in statements.items():
                        times[kind, audited].append(seconds(lambda sql=statement: run(sql)))
                        run(f"VACUUM ANALYZE {table}")
                    switch(table, on=True)
            for kind in statements:
                yield Result(
                    f"{kind}, {name}",
                    min(times[kind, True]),
                    rows=ROWS,
                    against=min(times[kind, False]),
                    goal=GOALS[kind],
                )


def run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def reset(table: str) -> None:
    where = "WHERE email LIKE 'other%'" if table == "accounts_user" else ""
    run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    run(f"DELETE FROM {table} {where}")
    run(f"VACUUM FULL {table}")


def switch(table: str, *, on: bool) -> None:
    run(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER USER")
