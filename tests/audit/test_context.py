"""Who, why and through what: set once per transaction, and never the next one's."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg_pool import ConnectionPool

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.models import ChangeSet
from apps.audit.postgresql.base import Cursor
from apps.projects.models import Task
from apps.transfers.change_sources import IMPORT_RUN
from tests.audit import history_entries
from tests.factories.accounts import StaffFactory
from tests.factories.projects import TaskFactory
from tests.forms import save


def change_set_of(record: Task) -> ChangeSet:
    return record.history.latest().change_set


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [f"audit.{name}"])
        (value,) = cursor.fetchone()
    return value or ""


@pytest.mark.django_db
class TestOneTransaction:
    def test_an_inner_context_is_laid_over_the_outer_and_taken_off_again(self) -> None:
        task, outer, inner = TaskFactory(), StaffFactory(), StaffFactory()
        mark = history_entries.mark()

        with audit_context(actor=outer, reason="Outer."):
            Task.objects.update(title="1")
            with audit_context(reason="Inner."):
                Task.objects.update(title="2")
            with audit_context(actor=inner):
                Task.objects.update(title="3")
            Task.objects.update(title="4")
        Task.objects.update(title="5")

        entries = history_entries.since(mark, Task)
        assert [(entry.actor, entry.reason) for entry in entries] == [
            (outer.pk, "Outer."),
            (outer.pk, "Inner."),
            (inner.pk, "Outer."),
            (outer.pk, "Outer."),
            (None, None),
        ]
        sets = [row.change_set for row in task.history.order_by("history_id")[1:]]
        assert sets[0] == sets[1] == sets[3]
        assert sets[2] != sets[0]
        assert sets[2].root_id == sets[0].pk
        assert sets[4].root_id not in {sets[0].pk, sets[2].pk}

    def test_an_undone_savepoint_does_not_take_the_actor_along(self) -> None:
        task, actor = TaskFactory(), StaffFactory()

        with audit_context(actor=actor):
            savepoint = transaction.savepoint()
            Task.objects.update(title="Lost")
            transaction.savepoint_rollback(savepoint)
            Task.objects.update(title="Kept")

        assert task.history.latest().history_user_id == actor.pk

    def test_it_is_sent_once_and_not_with_every_statement(self) -> None:
        TaskFactory()
        sent: list[str] = []
        select = Cursor._select
        with audit_context(actor=StaffFactory()), pytest.MonkeyPatch.context() as patch:
            patch.setattr(Cursor, "_select", lambda self, s: sent.append("") or select(self, s))
            with CaptureQueriesContext(connection) as queries:
                for title in "abc":
                    Task.objects.update(title=title)

        assert (len(queries), len(sent)) == (3, 1)

    def test_real_actor_import_and_task_are_kept_with_the_change_set(self) -> None:
        task, actor, real = TaskFactory(), StaffFactory(), StaffFactory()

        with audit_context(
            actor=actor, real_actor=real, reason="Why.", source="import", run=(IMPORT_RUN, 7)
        ):
            Task.objects.update(title="New")

        change_set = change_set_of(task)
        assert (change_set.actor_id, change_set.real_actor_id) == (actor.pk, real.pk)
        assert str(real.email) in change_set.real_actor_label
        assert (change_set.source, change_set.run_kind, change_set.run_id) == (
            "import",
            "import",
            "7",
        )

    def test_an_import_run_has_one_change_set_over_all_its_attempts(self) -> None:
        task, actor = TaskFactory(), StaffFactory()

        for attempt in ("first", "second"):
            with (
                audit_context(actor="task import"),
                audit_context(actor=actor, source="import", run=(IMPORT_RUN, 7)),
            ):
                Task.objects.update(title=attempt)

        assert len({row.change_set_id for row in task.history.exclude(history_type="+")}) == 1

    def test_the_actors_name_outlives_the_actor(self) -> None:
        task = TaskFactory()
        actor = User(email="gone@example.org", first_name="Long", last_name="Gone", is_staff=True)

        with audit_context(actor=actor):
            Task.objects.update(title="New")

        assert change_set_of(task).actor_label == "Long Gone <gone@example.org>"
        assert not User.objects.filter(pk=actor.pk).exists()

    def test_somebody_who_is_not_signed_in_is_anonymous(self) -> None:
        from django.contrib.auth.models import AnonymousUser

        task = TaskFactory()

        with audit_context(actor=AnonymousUser()):
            Task.objects.update(title="New")

        assert change_set_of(task).actor_label == "anonymous"


@pytest.mark.django_db(transaction=True)
class TestManyTransactions:
    def test_in_autocommit_the_write_carries_it(self) -> None:
        task, actor = TaskFactory(), StaffFactory()

        with audit_context(actor=actor, reason="It's 100% 'sure' {0} %s \\ ; --"):
            Task.objects.filter(pk=task.pk).update(title="New")
            task.refresh_from_db()
            task.title = "Newer"
            task.save()

        newest, second = task.history.all()[:2]
        assert newest.history_change_reason == "It's 100% 'sure' {0} %s \\ ; --"
        assert {newest.history_user_id, second.history_user_id} == {actor.pk}
        assert newest.change_set_id == second.change_set_id

    def test_rows_and_counts_come_back_as_without(self) -> None:
        TaskFactory.create_batch(3)

        with audit_context(actor=StaffFactory()), connection.cursor() as cursor:
            assert Task.objects.update(status="done") == 3
            cursor.execute("UPDATE projects_task SET status = 'todo' RETURNING status")
            assert cursor.fetchall() == [("todo",)] * 3
            cursor.execute("WITH x AS (SELECT 1 AS one) SELECT one FROM x")
            assert cursor.description[0].name == "one"
            assert cursor.fetchone() == (1,)
            cursor.executemany(
                "UPDATE projects_task SET title = %s WHERE title = %s", [("a", "b"), ("c", "d")]
            )

    def test_nothing_is_left_on_the_connection(self) -> None:
        task = TaskFactory()

        with audit_context(actor=StaffFactory(), reason="Mine."), transaction.atomic():
            Task.objects.update(title="Mine")
            assert setting("reason") == "Mine."

        assert {setting(name) for name in ("actor", "reason", "change_set", "recorded")} == {""}
        Task.objects.update(title="Nobody's")
        assert task.history.latest().history_user_id is None
        assert task.history.latest().history_change_reason is None

    def test_nothing_is_left_after_a_rollback(self) -> None:
        task = TaskFactory()

        with audit_context(actor=StaffFactory(), reason="Mine."), transaction.atomic():
            Task.objects.update(title="Mine")
            transaction.set_rollback(True)

        with transaction.atomic():
            Task.objects.update(title="Nobody's")
        assert task.history.latest().history_user_id is None

    def test_a_transaction_that_begins_with_a_copy_is_attributed(self) -> None:
        task, actor = TaskFactory(), StaffFactory()
        mark = history_entries.mark()

        for title in ("One", "Two"):
            with (
                audit_context(actor=actor),
                transaction.atomic(),
                connection.cursor() as cursor,
                cursor.copy("COPY projects_task (title, project_id) FROM STDIN") as copy,
            ):
                copy.write_row((title, task.project_id))

        assert [entry.actor for entry in history_entries.since(mark, Task)] == [actor.pk] * 2

    def test_two_updates_at_once_are_kept_in_the_order_of_their_commits(self) -> None:
        task = TaskFactory(title="0")
        started = threading.Event()

        def second() -> None:
            started.set()
            Task.objects.filter(pk=task.pk).update(title="second")
            connection.close()

        with audit_context(actor="first"), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(title="first")
            thread = threading.Thread(target=second)
            thread.start()
            started.wait()
            thread.join(0.3)  # It waits for our lock; its row must come after ours.
        thread.join()

        rows = list(
            task.history.order_by("history_id").values_list("title", "change_set__actor_label")
        )
        assert rows == [("0", "quarterdeck"), ("first", "first"), ("second", "quarterdeck")]
        assert rows == list(
            task.history.order_by("history_date").values_list("title", "change_set__actor_label")
        )

    def test_a_thread_does_not_inherit_the_context(self) -> None:
        task = TaskFactory()

        def write() -> None:
            Task.objects.filter(pk=task.pk).update(title="By a thread")
            connection.close()

        with audit_context(actor=StaffFactory()):
            thread = threading.Thread(target=write)
            thread.start()
            thread.join()

        assert task.history.latest().history_user_id is None


@pytest.fixture
def pooled() -> Iterator[ConnectionPool]:
    """A pool of one connection, as the web process has a pool of some."""
    settings = connection.settings_dict
    with ConnectionPool(
        kwargs={
            "host": settings["HOST"],
            "user": settings["USER"],
            "dbname": settings["NAME"],
            "autocommit": True,
            "cursor_factory": Cursor,
        },
        min_size=1,
        max_size=1,
        open=False,
    ) as pool:
        pool.open(wait=True)
        yield pool


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_brings_nothing_from_one_request_to_the_next(
    pooled: ConnectionPool,
) -> None:
    task, actor = TaskFactory(), StaffFactory()
    backends = []

    with audit_context(actor=actor, reason="First request."), pooled.connection() as lent:
        backends.append(lent.info.backend_pid)
        with lent.transaction():
            lent.execute("UPDATE projects_task SET title = 'first'")
        lent.execute("UPDATE projects_task SET title = 'first, autocommitted'")
        with pytest.raises(psycopg.Error):
            lent.execute("UPDATE projects_task SET status = 'unknown'")
    with pooled.connection() as lent:
        backends.append(lent.info.backend_pid)
        lent.execute("UPDATE projects_task SET title = 'second'")
        with lent.transaction():
            lent.execute("UPDATE projects_task SET title = 'third'")

    assert len(set(backends)) == 1
    rows = task.history.order_by("history_id").values_list("title", "history_user_id")[1:]
    assert list(rows) == [
        ("first", actor.pk),
        ("first, autocommitted", actor.pk),
        ("second", None),
        ("third", None),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_requests_on_djangos_own_pool(client, admin_like) -> None:  # type: ignore[no-untyped-def]
    """The whole way: two people change one record through the admin, one connection serves both."""
    first, second, task = admin_like
    options = {**connection.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 1}}
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "OPTIONS", options)
        try:
            for user, title in ((first, "By the first"), (second, "By the second")):
                client.force_login(user)
                response = save(
                    client,
                    f"/admin/projects/task/{task.pk}/change/",
                    {
                        "title": title,
                        "status": "todo",
                        "project": task.project_id,
                        "_reason": title,
                    },
                )
                assert response.status_code == 302
                connection.close()
        finally:
            connection.close()
            connection.close_pool()

    rows = task.history.order_by("-history_id")[:2]
    assert [(row.title, row.history_user_id, row.history_change_reason) for row in rows] == [
        ("By the second", second.pk, "By the second"),
        ("By the first", first.pk, "By the first"),
    ]
    assert rows[0].change_set.request_id != rows[1].change_set.request_id


@pytest.fixture
def admin_like() -> tuple[User, User, Task]:
    from tests.factories.accounts import SuperuserFactory

    return SuperuserFactory(), SuperuserFactory(), TaskFactory()
