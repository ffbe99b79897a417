"""What an import gives a record and one in the trash has as well: the Check page says so, row by row."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.organizations.models import Organization
from apps.projects.models import Project
from tests.factories.accounts import SuperuserFactory, prove_factor
from tests.factories.organizations import OrganizationFactory, TrashedOrganizationFactory
from tests.factories.projects import ProjectFactory
from tests.forms import save
from tests.transfers.wizard import confirm, planned_run, signed_in, text, url, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Client:
    return prove_factor(signed_in(SuperuserFactory()))


def notes(page: str) -> list[tuple[str, str]]:
    """Return each note with the address behind it."""
    found = re.findall(
        r"<span>\s*(The [^<]*? is also that of [^<]*?)"
        r'(?:<a class="text-link" href="([^"]*)">[^<]*</a>)?\s*</span>',
        page,
    )
    return [(sentence.strip(), link) for sentence, link in found]


def in_trash(record: Any) -> str:
    name = f"admin:{record._meta.app_label}_trashed{record._meta.model_name}_change"
    return reverse(name, args=[record.pk])


def test_slug_and_external_id_of_the_trash_are_said_with_a_link(admin: Client) -> None:
    slug = TrashedOrganizationFactory(name="Old", slug="harbor")
    number = TrashedOrganizationFactory(name="Older", external_id="C-7")
    derived = TrashedOrganizationFactory(name="Works", slug="new-works")
    rows = "Name,Slug,External ID\nHarbor,harbor,C-1\nQuay,quay,C-7\nNew Works,,\nFree,free,C-9\n"
    run = planned_run(admin, rows, dataset="organizations")

    page = text(admin.get(url("check", run)))

    end = "in the trash. To restore that record, you will need to choose another {} for it."
    assert notes(page) == [
        (f"The slug “harbor” is also that of an organization {end.format('slug')}", in_trash(slug)),
        (
            f"The external ID “C-7” is also that of an organization {end.format('external ID')}",
            in_trash(number),
        ),
        (
            f"The slug “new-works” is also that of an organization {end.format('slug')}",
            in_trash(derived),
        ),
    ]
    assert "3 rows give a record what one in the trash has as well" in page
    assert run.counts == {"create": 4}
    # Nothing is refused, as in the form.
    assert confirm(admin, run).status_code == 302
    work()
    run.refresh_from_db()
    assert (run.state, run.results["created"]) == ("applied", 4)
    assert Organization.objects.filter(slug="harbor").count() == 1
    assert admin.get(in_trash(slug)).status_code == 200


def test_a_changed_slug_is_said_too_and_an_unchanged_one_is_not(admin: Client) -> None:
    TrashedOrganizationFactory(slug="harbor")
    TrashedOrganizationFactory(slug="kept")
    OrganizationFactory(name="A", slug="a", external_id="C-1")
    OrganizationFactory(name="B", slug="kept", external_id="C-2")
    rows = "Name,Slug,External ID\nA,harbor,C-1\nB2,kept,C-2\n"
    run = planned_run(admin, rows, dataset="organizations")

    assert run.counts == {"update": 2}
    assert [sentence[:19] for sentence, _ in notes(text(admin.get(url("check", run))))] == [
        "The slug “harbor” i"
    ]


def test_a_project_is_compared_with_the_trash_of_its_own_organization(admin: Client) -> None:
    from django.utils import timezone

    from apps.core.uuid7 import uuid7

    here, there = OrganizationFactory(name="Here"), OrganizationFactory(name="There")
    dead = ProjectFactory(
        organization=here, name="Budget", deleted_at=timezone.now(), trash_id=uuid7()
    )
    run = planned_run(admin, "Organization,Name\nHere,Budget\nThere,Budget\n", dataset="projects")

    found = notes(text(admin.get(url("check", run))))

    assert [link for _, link in found] == [in_trash(dead)]
    assert found[0][0].startswith("The name “Budget” is also that of a project in the trash")
    assert Project.objects.filter(organization=there).count() == 0


def test_organizations_that_are_created_because_a_row_names_them_are_said_too(
    admin: Client,
) -> None:
    dead = TrashedOrganizationFactory(name="Harbor", slug="harbor")
    run = planned_run(admin, "E-mail,Committee\na@example.org,Harbor\nb@example.org,Harbor\n")
    save(admin, url("check", run), {"create": "organization"})
    work()

    assert [link for _, link in notes(text(admin.get(url("check", run))))] == [in_trash(dead)]


def test_without_the_permission_there_is_no_link(support: Client, agent: Any) -> None:
    TrashedOrganizationFactory(slug="harbor")
    agent.user_permissions.set([])
    run = planned_run(support, "Name,Slug\nHarbor,harbor\n", dataset="organizations")
    ((_, link),) = notes(text(support.get(url("check", run))))
    assert bool(link) is agent.has_perm("organizations.view_organization")
