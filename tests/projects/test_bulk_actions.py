"""Status, assignee, and due date of many tasks, and the status of many projects."""

from datetime import date
from typing import Any

import pytest

from apps.projects.models import Project, Task
from tests.bulk.lists import (
    MAY_CHANGE_TASKS,
    TASKS,
    client_who_may,
    confirm,
    done,
    planned,
    tasks,
    undo,
)
from tests.factories.accounts import UserFactory
from tests.factories.organizations import OrganizationFactory

pytestmark = pytest.mark.django_db
PROJECTS = "admin:projects_project_changelist"


@pytest.mark.parametrize(
    ("action", "field", "posted", "stored", "before"),
    [
        ("set_status", "status", "done", "done", "todo"),
        ("set_due_date", "due_date", "2027-03-01", date(2027, 3, 1), None),
    ],
)
def test_a_field_of_every_task_is_set_and_restored(
    action: str, field: str, posted: str, stored: Any, before: Any
) -> None:
    tasks(210)
    client = client_who_may(MAY_CHANGE_TASKS)

    run = planned(client, TASKS, action, **{field: posted})
    confirm(client, run)
    done(run)
    assert set(Task.objects.values_list(field, flat=True)) == {stored}

    undo(client, run)
    done(run)
    assert set(Task.objects.values_list(field, flat=True)) == {before}


def test_an_assignee_is_removed_and_comes_back() -> None:
    person = UserFactory()
    tasks(210, assignee=person)
    client = client_who_may(MAY_CHANGE_TASKS)

    run = planned(client, TASKS, "set_assignee", assignee="")
    confirm(client, run)
    done(run)
    assert set(Task.objects.values_list("assignee", flat=True)) == {None}

    undo(client, run)
    done(run)
    assert set(Task.objects.values_list("assignee", flat=True)) == {person.pk}


def test_what_has_the_value_already_is_skipped() -> None:
    tasks(210)
    tasks(7, status="done")

    run = planned(client_who_may(MAY_CHANGE_TASKS), TASKS, "set_status", status="done")

    assert (run.plan["total"], run.plan["change"]) == (217, 210)
    assert run.plan["skipped"] == [["Has this value already.", 7]]


def test_a_search_is_part_of_the_plan() -> None:
    tasks(210)
    some = tasks(205)
    for task in some:
        task.title = f"Harbor {task.title}"
    Task.objects.bulk_update(some, ["title"])

    run = planned(client_who_may(MAY_CHANGE_TASKS), TASKS, "set_status", "?q=harbor", status="done")

    assert run.plan["total"] == 205


def test_the_status_of_projects() -> None:
    organization = OrganizationFactory()
    Project.objects.bulk_create(
        Project(name=f"Project {n:04}", organization=organization) for n in range(205)
    )
    client = client_who_may(
        ["projects.view_project", "projects.change_project", "bulk.view_bulkrun"]
    )

    run = planned(client, PROJECTS, "set_project_status", status="archived")
    confirm(client, run)
    done(run)

    assert set(Project.objects.values_list("status", flat=True)) == {"archived"}
