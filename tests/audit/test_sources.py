"""Every way into the product names who came in, through what, and why."""

import uuid
from typing import Any

import pytest
from celery import shared_task
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.models import ChangeSet, Event
from apps.audit.propagation import HEADER, _send
from apps.audit.request_log import RequestIdFilter
from apps.projects.models import Project, Task
from tests.audit import history_entries
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.projects import TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def task() -> Task:
    return TaskFactory(title="Old", status="todo")


@pytest.fixture
def boss(client: Client) -> User:
    boss = SuperuserFactory()
    client.force_login(boss)
    return boss


class TestTheAdmin:
    pytestmark = pytest.mark.urls("tests.audit.plain_admin")

    def test_a_form(self, client: Client, boss: User, task: Task) -> None:
        mark = history_entries.mark()

        response = client.post(
            f"/plain/projects/task/{task.pk}/change/",
            {"title": "New", "status": "todo", "project": task.project_id},
        )

        assert response.status_code == 302
        (entry,) = history_entries.since(mark, Task)
        assert (entry.kind, entry.values["title"], entry.actor) == ("~", "New", boss.pk)
        change_set = task.history.latest().change_set
        assert change_set.source == "form"
        assert change_set.path == f"POST /plain/projects/task/{task.pk}/change/"
        assert change_set.request_id == response.headers["X-Request-ID"]

    def test_a_form_that_is_saved_unchanged(self, client: Client, boss: User, task: Task) -> None:
        mark = history_entries.mark()

        client.post(
            f"/plain/projects/task/{task.pk}/change/",
            {"title": "Old", "status": "todo", "project": task.project_id},
        )

        assert history_entries.since(mark, Task) == []

    def test_inlines_and_their_parent_are_one_change_set(
        self, client: Client, boss: User, task: Task
    ) -> None:
        mark = history_entries.mark()
        project = task.project

        response = client.post(
            f"/plain/projects/project/{project.pk}/change/",
            {
                "name": "Renamed",
                "description": "",
                "status": "draft",
                "organization": project.organization_id,
                "tasks-TOTAL_FORMS": 2,
                "tasks-INITIAL_FORMS": 1,
                "tasks-0-id": task.pk,
                "tasks-0-project": project.pk,
                "tasks-0-title": "Old",
                "tasks-0-status": "done",
                "tasks-1-project": project.pk,
                "tasks-1-title": "Another",
                "tasks-1-status": "todo",
            },
        )

        assert response.status_code == 302
        assert history_entries.kinds(mark, Project) == ["~"]
        assert sorted(history_entries.kinds(mark, Task)) == ["+", "~"]
        sets = {row.change_set_id for row in Task.history.filter(history_id__gt=mark)}
        assert sets == {project.history.latest().change_set_id}

    def test_list_editable(self, client: Client, boss: User, task: Task) -> None:
        other = TaskFactory(title="Other", project=task.project)
        mark = history_entries.mark()
        data: dict[str, Any] = {
            "form-TOTAL_FORMS": 2,
            "form-INITIAL_FORMS": 2,
            "_save": "Save",
        }
        shown = Task.objects.order_by("title", "id")
        for index, each in enumerate(shown):
            data |= {f"form-{index}-id": each.pk, f"form-{index}-status": each.status}
        data[f"form-{list(shown).index(task)}-status"] = "done"

        response = client.post("/plain/projects/task/?o=1", data)

        assert response.status_code == 302
        (entry,) = history_entries.since(mark, Task)
        assert (entry.pk, entry.values["status"], entry.actor) == (task.pk, "done", boss.pk)
        assert other.pk != entry.pk

    def test_an_action(self, client: Client, boss: User, task: Task) -> None:
        mark = history_entries.mark()

        client.post(
            "/plain/projects/task/",
            {"action": "delete_selected", "_selected_action": task.pk, "post": "yes"},
        )

        (entry,) = history_entries.since(mark, Task)
        assert (entry.kind, entry.actor) == ("-", boss.pk)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0f8fad5b-d9cb-469f-a165-70867728950e", True),
        ("short", False),
        ("x" * 65, False),
        ("<script>alert(1)</script>", False),
        ("with space inside", False),
    ],
)
def test_a_request_id_is_taken_over_only_when_it_is_one(
    client: Client, given: str, *, kept: bool
) -> None:
    answer = client.get("/account/login/", headers={"X-Request-ID": given})

    assert (answer.headers["X-Request-ID"] == given) is kept
    assert len(answer.headers["X-Request-ID"]) >= 8


def test_a_request_on_anothers_behalf_names_both(client: Client, task: Task) -> None:
    """A middleware puts the impersonator into `request.real_user`."""
    from django.test import RequestFactory

    from apps.audit.middleware import AuditMiddleware

    person, behind = StaffFactory(), SuperuserFactory()
    request = RequestFactory().post("/")
    request.user, request.real_user = person, behind  # type: ignore[attr-defined]

    def view(_request: Any) -> Any:
        from django.http import HttpResponse

        with audit_context(actor=person, reason="Inside a service."):
            Task.objects.update(title="New")
        return HttpResponse()

    AuditMiddleware(view)(request)

    change_set = task.history.latest().change_set
    assert (change_set.actor_id, change_set.real_actor_id) == (person.pk, behind.pk)


class TestEvents:
    def test_signing_in_and_out(self, client: Client) -> None:
        person = StaffFactory()
        mark = history_entries.mark()

        client.force_login(person)
        client.logout()

        events = Event.objects.filter(id__gt=mark).order_by("id")
        assert [event.kind for event in events] == ["sign_in", "sign_out"]
        assert {event.target_pk for event in events} == {str(person.pk)}
        assert {event.change_set.actor_id for event in events} == {person.pk}

    def test_failing_to_sign_in(self, client: Client) -> None:
        client.login(username="nobody@example.org", password="secret")

        event = Event.objects.get(kind="sign_in_failed")
        assert event.data == {"username": "nobody@example.org"}
        assert "secret" not in str(event.data)

    def test_being_refused(self, client: Client) -> None:
        person = StaffFactory()
        client.force_login(person)
        mark = history_entries.mark()

        answer = client.get("/admin/accounts/user/?q=1")

        assert answer.status_code == 403
        event = Event.objects.get(kind="refused", id__gt=mark)
        assert event.data == {"method": "GET", "path": "/admin/accounts/user/?q=1"}
        assert event.change_set.actor_id == person.pk
        assert event.change_set.request_id == answer.headers["X-Request-ID"]


@shared_task(name="tests.audit.rename")
def rename(title: str) -> None:
    Task.objects.update(title=title)


class TestTasks:
    def test_a_task_is_the_actor(self, task: Task) -> None:
        rename.apply(args=["New"])

        change_set = task.history.latest().change_set
        assert change_set.actor_label == "task tests.audit.rename"
        assert change_set.source == "task"

    def test_what_a_request_set_in_motion_is_found_from_it(self, task: Task) -> None:
        headers: dict[str, Any] = {}
        with audit_context(actor=StaffFactory(), request_id="request-1"):
            Task.objects.update(title="By the request")
            _send(headers=headers)
        request = task.history.latest().change_set

        rename.apply(args=["By the task"], headers={HEADER: headers[HEADER]})

        change_set = task.history.latest().change_set
        assert change_set.pk != request.pk
        assert (change_set.root_id, change_set.request_id) == (request.pk, "request-1")

    def test_nothing_is_left_when_a_task_fails(self, task: Task) -> None:
        from apps.audit.context import current

        @shared_task(name="tests.audit.fail")
        def fail() -> None:
            raise ZeroDivisionError

        fail.apply()

        assert current() is None


class Command(BaseCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        Task.objects.update(title="New")


class TestCommands:
    def test_a_command_is_the_actor(self, task: Task) -> None:
        call_command(Command())

        change_set = task.history.latest().change_set
        assert (change_set.actor_label, change_set.source) == ("command test_sources", "command")

    def test_a_command_inside_somebodys_request_is_their(self, task: Task) -> None:
        actor = StaffFactory()

        with audit_context(actor=actor):
            call_command(Command())

        assert task.history.latest().history_user_id == actor.pk


def test_a_data_migration_through_historical_models(task: Task) -> None:
    old_apps = MigrationExecutor(connection).loader.project_state().apps
    old_task = old_apps.get_model("projects", "Task")
    assert not hasattr(old_task, "history")
    mark = history_entries.mark()

    with audit_context(actor="command migrate", source="command"):
        old_task.objects.filter(pk=task.pk).update(title="New")

    (entry,) = history_entries.since(mark, Task)
    assert (entry.kind, entry.values["title"]) == ("~", "New")
    assert task.history.latest().change_set.actor_label == "command migrate"


def test_the_log_names_the_request() -> None:
    import logging

    record = logging.LogRecord("x", logging.INFO, "", 0, "said", None, None)
    with audit_context(request_id="request-1"):
        RequestIdFilter().filter(record)

    assert record.request_id == "request-1"  # type: ignore[attr-defined]


def test_a_change_set_is_written_only_for_a_change(client: Client) -> None:
    client.force_login(SuperuserFactory())
    before = ChangeSet.objects.count()

    client.get("/admin/projects/task/")

    assert ChangeSet.objects.count() == before


def test_ids_of_change_sets_grow_with_time() -> None:
    with audit_context(actor="a"):
        TaskFactory()
    with audit_context(actor="b"):
        TaskFactory()

    # The migrations of the test database have left some of their own.
    second, first = ChangeSet.objects.order_by("-position").values_list("pk", flat=True)[:2]
    assert isinstance(first, uuid.UUID)
    assert first < second
