"""What the trail costs: each statement with its history triggers and, in the same run, without."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

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
    CREATE TABLE bench_membership AS
    SELECT u.id AS user_id, o.id AS organization_id FROM (
        SELECT id, row_number() OVER () AS n FROM accounts_user
    ) u JOIN (
        SELECT id, row_number() OVER () AS n FROM organizations_organization
    ) o ON o.n = u.n % 1000 + 1;
    ANALYZE;
"""

MEMBERSHIPS = "INSERT INTO organizations_membership (user_id, organization_id, role)"
TASKS = "INSERT INTO projects_task (title, status, project_id)"
HUNDRED = "FROM projects_project p, generate_series(1, 100) n"
STATEMENTS: dict[str, dict[str, str]] = {
    "organizations_membership": {
        "insert": f"{MEMBERSHIPS} SELECT user_id, organization_id, 'member' FROM bench_membership",
        "update": "UPDATE organizations_membership SET role = 'viewer'",
        "upsert": f"{MEMBERSHIPS} SELECT user_id, organization_id, 'admin' FROM bench_membership"
        " ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role",
        "update that changes nothing": "UPDATE organizations_membership SET role = role",
    },
    "projects_task": {
        "insert": f"{TASKS} SELECT 'Task ' || n, 'todo', p.id {HUNDRED}",
        "update": "UPDATE projects_task SET status = 'done'",
        "upsert": f"{TASKS} SELECT 'Task ' || n, 'in_progress', p.id {HUNDRED}"
        " ON CONFLICT (project_id, title) DO UPDATE SET status = excluded.status",
        "update that changes nothing": "UPDATE projects_task SET status = status",
    },
}
GOALS = {"insert": 2.0, "update": 2.0, "upsert": 2.0, "update that changes nothing": 1.2}


def measure() -> Iterator[Result]:
    with database():
        run(SEED)
        for table, statements in STATEMENTS.items():
            yield from against_the_bare_statement(table, statements)
        yield from against_the_bulk_helpers()


def against_the_bare_statement(table: str, statements: dict[str, str]) -> Iterator[Result]:
    """The best of some rounds; each round runs all statements without triggers, then with."""
    times: dict[tuple[str, bool], list[float]] = {}
    for _round in range(ROUNDS):
        for audited in (False, True):
            empty(table)
            with triggers(table, on=audited):
                for kind, statement in statements.items():
                    taken = seconds(run, statement)
                    times.setdefault((kind, audited), []).append(taken)
                    run(f"VACUUM ANALYZE {table}")
    for kind in statements:
        with_audit_log, bare = min(times[kind, True]), min(times[kind, False])
        yield Result(f"{kind}, {table}", with_audit_log, rows=ROWS, against=bare, goal=GOALS[kind])


def against_the_bulk_helpers() -> Iterator[Result]:
    """The ORM's own bulk methods with the trail, against simple-history's helpers without it."""
    from django.test import override_settings
    from simple_history.utils import bulk_create_with_history, bulk_update_with_history

    from apps.projects.models import Project, Task

    projects = list(Project.objects.all())

    def new() -> list[Any]:
        return [Task(title=f"Task {n}", project=p) for p in projects for n in range(100)]

    def changed(tasks: list[Any]) -> list[Any]:
        for task in tasks:
            task.status = "done"
        return tasks

    times: dict[str, list[float]] = {}

    def measured(name: str, work: Callable[..., object], *args: object, **options: object) -> None:
        times.setdefault(name, []).append(seconds(work, *args, **options))

    for _round in range(ROUNDS):
        empty("projects_task")
        tasks = new()
        measured("create", Task.objects.bulk_create, tasks, batch_size=5000)
        measured("bulk", Task.objects.bulk_update, changed(tasks), ["status"], batch_size=500)
        measured("update", Task.objects.update, status="in_progress")

        empty("projects_task")
        tasks = new()
        # The helper adds to the history from outside, which the audit log refuses.
        with (
            override_settings(SIMPLE_HISTORY_ENABLED=True),
            triggers("projects_task", on=False),
            triggers("projects_historicaltask", on=False),
            own_positions(),
        ):
            measured("helped", bulk_create_with_history, tasks, Task, batch_size=5000)
            measured(
                "helped update",
                bulk_update_with_history,
                changed(tasks),
                Task,
                ["status"],
                batch_size=500,
            )
    best = {name: min(each) for name, each in times.items()}
    helped, helped_update = best["helped"], best["helped update"]
    yield Result("bulk_create", best["create"], rows=ROWS, against=helped, goal=0.5)
    yield Result("queryset.update", best["update"], rows=ROWS, against=helped_update, goal=0.5)
    # Much of both is the CASE … WHEN of Django's own bulk_update.
    yield Result("bulk_update", best["bulk"], rows=ROWS, against=helped_update, goal=0.5)


@contextmanager
def own_positions() -> Iterator[None]:
    """Let history rows made in Python take their position from the sequence."""
    from apps.projects.models import Task

    field = Task.history.model._meta.pk
    positions = iter(range(10**9, 2 * 10**9))
    field.default = lambda: next(positions)
    field.__dict__.pop("_get_default", None)
    try:
        yield
    finally:
        del field.default
        field.__dict__.pop("_get_default", None)


def run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def seconds(work: Callable[..., object], *args: object, **options: object) -> float:
    start = time.perf_counter()
    work(*args, **options)
    return time.perf_counter() - start


def empty(table: str) -> None:
    with triggers(table, on=False):
        run(f"DELETE FROM {table}")
    run(f"VACUUM FULL {table}")


@contextmanager
def triggers(table: str, *, on: bool) -> Iterator[None]:
    """Switch the triggers declared on a table on or off; foreign keys are checked all the same."""
    run(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER USER")
    try:
        yield
    finally:
        run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
