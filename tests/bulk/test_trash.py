"""Many records moved to the trash with what belongs to them, and restored with names taken meanwhile."""

import pytest
from django.urls import reverse

from apps.bulk.models import BulkRun
from apps.organizations.models import Organization
from apps.projects.models import Project, Task
from tests.bulk.lists import (
    client_who_may,
    confirm,
    done,
    page_of,
    planned,
    select_all,
    undo,
)
from tests.factories.organizations import OrganizationFactory
from tests.factories.projects import TaskFactory
from tests.forms import save

pytestmark = pytest.mark.django_db
ORGANIZATIONS = "admin:organizations_organization_changelist"
PROJECTS = "admin:projects_project_changelist"
PROJECTS_TRASH = "admin:projects_trashedproject_changelist"
MAY = [
    *(f"organizations.{verb}_organization" for verb in ("view", "delete", "restore")),
    *(f"projects.{verb}_project" for verb in ("view", "delete", "restore", "change")),
    "bulk.view_bulkrun",
]


def projects(number: int) -> list[Project]:
    organization = OrganizationFactory()
    return Project.objects.bulk_create(
        Project(name=f"Project {n:04}", organization=organization) for n in range(number)
    )


def test_organizations_take_along_what_belongs_to_them_and_an_undo_restores_exactly_that() -> None:
    OrganizationFactory.create_batch(205)
    first, second, *_ = Organization.objects.order_by("pk")
    kept = Project.objects.create(name="Kept", organization=first)
    earlier = Project.objects.create(name="Earlier", organization=second)
    Project.objects.filter(pk=earlier.pk).update(
        deleted_at="2026-01-01T00:00Z", trash_id="00000000-0000-7000-8000-000000000001"
    )
    client = client_who_may(MAY)

    run = planned(client, ORGANIZATIONS, "move_to_trash")
    body = client.get(page_of(run)).content.decode()
    assert "Also moved to the trash: 1 project." in body
    confirm(client, run)
    done(run)

    assert run.results["changed"] == 205
    assert not Organization.objects.exists()
    kept.refresh_from_db()
    assert kept.deleted_at is not None

    undo(client, run)
    done(run)
    assert run.state == "undone"
    assert Organization.objects.count() == 205
    kept.refresh_from_db()
    earlier.refresh_from_db()
    assert (kept.deleted_at, earlier.deleted_at is None) == (None, False)


def test_an_undo_keeps_what_has_no_name_any_more() -> None:
    first, *_ = projects(205)
    client = client_who_may(MAY)
    run = planned(client, PROJECTS, "move_to_trash")
    confirm(client, run)
    done(run)
    Project.objects.create(name=first.name, organization=first.organization)

    undo(client, run)
    done(run)

    assert (run.state, run.results["undone"], run.results["kept"]) == ("undone_in_part", 204, 1)
    body = client.get(page_of(run)).content.decode()
    assert "already has a project of this name" in body


def test_a_name_that_was_taken_refuses_no_other() -> None:
    first, second, third, *_ = projects(210)
    TaskFactory(project=third)
    client = client_who_may(MAY)
    run = planned(client, PROJECTS, "move_to_trash")
    confirm(client, run)
    done(run)
    assert not Task.objects.exists()
    Project.objects.create(name=first.name, organization=first.organization)

    run = planned(client, PROJECTS_TRASH, "restore", taken="leave")
    assert run.plan["change"] == 209
    assert any("Another project has the name now." in note for note, _ in run.plan["skipped"])
    # Taken after the plan was made.
    Project.objects.create(name=second.name, organization=second.organization)
    confirm(client, run)
    done(run)

    assert (run.results["changed"], run.results["left"]) == (208, 1)
    assert Project.objects.count() == 210
    assert Task.objects.count() == 1
    answer = client.get(reverse("admin:bulk_bulkrun_skipped", args=[run.pk]))
    told = answer.getvalue().decode()
    assert str(first.pk) in told
    assert str(second.pk) in told
    # An undo moves what was restored to the trash again, from where it can be restored as before.
    undo(client, run)
    assert done(run).state == "undone"
    assert Project.objects.count() == 2
    assert not Task.objects.exists()
    run = planned(client, PROJECTS_TRASH, "restore", taken="leave")
    assert run.plan["change"] == 208


def test_taken_names_come_back_with_digits_if_asked() -> None:
    first, *rest = projects(203)
    client = client_who_may(MAY)
    run = planned(client, PROJECTS, "move_to_trash")
    confirm(client, run)
    done(run)
    taker = Project.objects.create(name=first.name, organization=first.organization)

    asked = select_all(client, PROJECTS_TRASH, "restore")
    assert "If a name is taken" in asked.content.decode()
    run = planned(client, PROJECTS_TRASH, "restore", taken="rename")
    assert (run.plan["change"], run.plan["skipped"]) == (203, [])
    confirm(client, run)
    done(run)

    assert (run.state, run.results["changed"]) == ("applied", 203), run.error
    first.refresh_from_db()
    assert first.name == f"{taker.name} ({str(first.pk)[-8:]})"
    assert {*Project.objects.values_list("name", flat=True)} == {
        first.name,
        taker.name,
        *(each.name for each in rest),
    }
    may_not = client_who_may([each for each in MAY if "change" not in each])
    confirm(client, planned(client, PROJECTS, "move_to_trash"))
    done(BulkRun.objects.latest("id"))
    Project.objects.create(name=taker.name, organization=first.organization)
    run = planned(may_not, PROJECTS_TRASH, "restore", taken="rename")
    assert run.plan["change"] == 203


def test_one_is_offered_a_free_name_and_the_way_to_its_organization() -> None:
    (project,) = projects(1)
    client = client_who_may(MAY)
    save(
        client,
        reverse("admin:projects_project_move_to_trash", args=[project.pk]),
        {"reason": "Done."},
    )
    for name in (project.name, f"{project.name} (2)"):
        Project.objects.create(name=name, organization=project.organization)
    url = reverse("admin:projects_trashedproject_restore", args=[project.pk])
    assert f'value="{project.name} (3)"' in client.get(url).content.decode()
    save(client, url, {"reason": "", "as_name": f"{project.name} (3)"})
    project.refresh_from_db()
    assert (project.deleted_at, project.name.endswith(" (3)")) == (None, True)

    save(
        client,
        reverse("admin:projects_project_move_to_trash", args=[project.pk]),
        {"reason": "Done."},
    )
    save(
        client,
        reverse("admin:organizations_organization_move_to_trash", args=[project.organization_id]),
        {"reason": "Closed."},
    )
    body = client.get(url).content.decode()
    first = reverse(
        "admin:organizations_trashedorganization_restore", args=[project.organization_id]
    )
    assert f'href="{first}"' in body
    save(client, first, {"reason": ""})
    # It had been in the trash before its organization.
    project.refresh_from_db()
    assert project.deleted_at is not None
    assert Project.objects.count() == 2


def test_two_of_one_name_in_the_trash_restore_one() -> None:
    some = projects(205)
    Project.objects.filter(pk=some[0].pk).update(
        deleted_at="2026-01-01T00:00Z", trash_id="00000000-0000-7000-8000-000000000001"
    )
    Project.objects.create(name=some[0].name, organization=some[0].organization)
    client = client_who_may(MAY)
    run = planned(client, PROJECTS, "move_to_trash")
    confirm(client, run)
    done(run)

    run = planned(client, PROJECTS_TRASH, "restore")
    assert run.plan["change"] == 206
    confirm(client, run, reason="")
    done(run)

    assert (run.results["changed"], run.results["left"]) == (205, 1)


def test_the_trash_says_why_and_what_went_along() -> None:
    project = projects(1)[0]
    TaskFactory(project=project)
    Project.objects.create(name="Other", organization=project.organization)
    client = client_who_may(MAY)
    url = reverse("admin:organizations_organization_move_to_trash", args=[project.organization_id])
    save(client, url, {"reason": "Merged with the harbor office."})

    listed = client.get(reverse("admin:organizations_trashedorganization_changelist"))
    page = client.get(
        reverse("admin:organizations_trashedorganization_change", args=[project.organization_id])
    )

    assert "Merged with the harbor office." in listed.content.decode()
    assert "Merged with the harbor office." in page.content.decode()
    assert "1 task" in page.content.decode()
    project.refresh_from_db()
    link = f"{reverse(PROJECTS_TRASH)}?trash_id__exact={project.trash_id}"
    assert f'href="{link}" class="qd-link">2 projects</a>' in page.content.decode()
    along = client.get(link).content.decode()
    assert project.name in along
    assert "Other" in along


def test_one_of_few_that_cannot_come_back_refuses_no_other() -> None:
    first, second, third = projects(3)
    client = client_who_may(MAY)
    for project in (first, second, third):
        url = reverse("admin:projects_project_move_to_trash", args=[project.pk])
        save(client, url, {"reason": "Done."})
    Project.objects.create(name=second.name, organization=second.organization)
    chosen = {
        "action": "restore",
        "index": "0",
        "select_across": "0",
        "_selected_action": [str(p.pk) for p in (first, second, third)],
    }
    page = client.post(reverse(PROJECTS_TRASH), chosen)
    name, token = page.context["hidden"][0]

    answer = client.post(
        reverse(PROJECTS_TRASH), {**chosen, name: token, "reason": "Needed."}, follow=True
    )

    told = answer.content.decode()
    assert "2 projects restored." in told
    assert "Another project has the name now." in told
    assert set(Project.objects.filter(pk__in=[first.pk, second.pk, third.pk])) == {first, third}
