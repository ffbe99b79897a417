"""A list with many records, its action over all of them, and the worker that carries it out."""

from typing import Any

from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.bulk.engine.driver import advance
from apps.bulk.models import BulkRun
from apps.core.uuid7 import uuid7
from apps.projects.models import Project, Task
from tests.factories.accounts import StaffFactory, prove_factor
from tests.factories.projects import ProjectFactory

PEOPLE = "admin:accounts_user_changelist"
TASKS = "admin:projects_task_changelist"
MAY_CHANGE_PEOPLE = ["accounts.view_user", "accounts.change_user", "bulk.view_bulkrun"]
MAY_CHANGE_TASKS = [
    "projects.view_task",
    "projects.change_task",
    "accounts.view_user",
    "bulk.view_bulkrun",
]


def people(number: int, **values: Any) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"many{n:05}@example.org", first_name=f"Many{n:05}", password="!", **values)
        for n in range(number)
    )


def tasks(number: int, project: Project | None = None, **values: Any) -> list[Task]:
    into = project or ProjectFactory()
    return Task.objects.bulk_create(
        Task(title=f"Task {n:05}", project=into, **values) for n in range(number)
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return prove_factor(client)


def client_who_may(permissions: list[str]) -> Client:
    return client_of(StaffFactory(may=permissions))


def select_all(client: Client, url_name: str, action: str, query: str = "", **values: Any) -> Any:
    """Choose an action for everything that the list finds, as the browser posts it."""
    posted = {
        "action": action,
        "index": "0",
        "select_across": "1",
        "_selected_action": [str(uuid7())],
    }
    return client.post(f"{reverse(url_name)}{query}", {**posted, **values})


def planned(client: Client, url_name: str, action: str, query: str = "", **values: Any) -> BulkRun:
    """Make the plan of an action on everything that the list finds."""
    extra = {"_plan": "1", **values} if values else {}
    answer = select_all(client, url_name, action, query, **extra)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    run = BulkRun.objects.latest("id")
    assert answer["Location"] == page_of(run)
    advance(run.pk)
    run.refresh_from_db()
    return run


def page_of(run: BulkRun) -> str:
    return reverse("admin:bulk_bulkrun_change", args=[run.pk])


def confirm(client: Client, run: BulkRun, reason: str = "Left the company.") -> Any:
    return client.post(reverse("admin:bulk_bulkrun_confirm", args=[run.pk]), {"reason": reason})


def undo(client: Client, run: BulkRun, reason: str = "By mistake.") -> Any:
    return client.post(reverse("admin:bulk_bulkrun_undo", args=[run.pk]), {"reason": reason})


def done(run: BulkRun) -> BulkRun:
    """Let a worker do what there is to do."""
    advance(run.pk)
    run.refresh_from_db()
    return run
