"""What the pages of the trash say before and after: shown with organizations and projects."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from apps.core.trash.services import record_trash
from apps.flags.models import Flag
from apps.organizations.models import Organization
from apps.projects.models import Project
from tests.factories.accounts import StaffFactory, prove_factor
from tests.factories.organizations import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
)
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.forms import opened

pytestmark = pytest.mark.django_db
TO_TRASH = "admin:organizations_organization_move_to_trash"
RESTORE = "admin:organizations_trashedorganization_restore"
RESTORE_PROJECT = "admin:projects_trashedproject_restore"
ALL = [
    *(f"organizations.{verb}_organization" for verb in ("view", "add", "change", "delete")),
    "organizations.restore_organization",
    *(f"projects.{verb}_project" for verb in ("view", "add", "change", "delete", "restore")),
]


@pytest.fixture
def client_of() -> Callable[..., Client]:
    def make(*, without: tuple[str, ...] = (), also: tuple[str, ...] = ()) -> Client:
        client = Client()
        names = [name for name in (*ALL, *also) if name not in without]
        client.force_login(StaffFactory(may=names))
        return prove_factor(client)

    return make


def trashed(**values: Any) -> Organization:
    organization = OrganizationFactory(**values)
    record_trash(record=organization, actor=None)
    return organization


def body(answer: Any) -> str:
    return str(answer.content.decode())


def page_text(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


class TestBefore:
    def test_the_page_names_everything_that_goes_out_of_sight(
        self, client_of: Callable[..., Client]
    ) -> None:
        organization = OrganizationFactory(name="Harbor Committee")
        MembershipFactory.create_batch(3, organization=organization)
        InvitationFactory.create_batch(2, organization=organization)
        TaskFactory.create_batch(4, project=ProjectFactory(organization=organization))
        InvitationFactory()
        Flag.objects.create(name="new-editor").organizations.add(organization)

        page = body(
            client_of(also=("flags.view_flag",)).get(reverse(TO_TRASH, args=[organization.pk]))
        )

        assert "Also moved to the trash: 1 project." in page
        assert "Hidden until it is restored:" in page
        assert "3 members" in page
        assert "2 invitations" in page
        assert "4 tasks" in page
        assert "1 flag (new-editor) refers to it, and ignores it until it is restored." in page

    def test_a_flag_is_named_to_those_alone_who_may_see_flags(
        self, client_of: Callable[..., Client]
    ) -> None:
        organization = OrganizationFactory()
        Flag.objects.create(name="new-editor").organizations.add(organization)

        page = body(client_of().get(reverse(TO_TRASH, args=[organization.pk])))

        assert "1 flag refers to it, and ignores it until it is restored." in page
        assert "new-editor" not in page

    def test_an_empty_organization_promises_nothing(self, client_of: Callable[..., Client]) -> None:
        page = body(client_of().get(reverse(TO_TRASH, args=[OrganizationFactory().pk])))

        assert "Hidden until it is restored" not in page
        assert "refers to it" not in page


class TestRestoring:
    @pytest.mark.parametrize(("field", "label"), [("slug", "slug"), ("external_id", "external ID")])
    def test_the_page_shows_at_once_what_is_in_the_way_and_a_way_out(
        self, client_of: Callable[..., Client], field: str, label: str
    ) -> None:
        old = trashed(name="Old Harbor", **{field: "harbor"})
        taker = OrganizationFactory(name="New Harbor", **{field: "harbor"})
        client = client_of()

        page = body(client.get(reverse(RESTORE, args=[old.pk])))

        assert "“Old Harbor” can't be restored as it is" in page
        assert f"the {label} “harbor” is taken by" in page
        assert reverse("admin:organizations_organization_change", args=[taker.pk]) in page

        answer = client.post(reverse(RESTORE, args=[old.pk]), {f"as_{field}": "old-harbor"})

        assert answer.status_code == 302
        old.refresh_from_db()
        assert (old.is_deleted, getattr(old, field)) == (False, "old-harbor")
        taker.refresh_from_db()
        assert getattr(taker, field) == "harbor"

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ("", "is taken by New Harbor"),
            ("taken-too", "is taken by Third Harbor"),
            ("not a slug", "valid “slug”"),
        ],
    )
    def test_another_name_that_does_not_fit_changes_nothing(
        self, client_of: Callable[..., Client], given: str, sentence: str
    ) -> None:
        old = trashed(name="Old Harbor", slug="harbor")
        OrganizationFactory(name="New Harbor", slug="harbor")
        OrganizationFactory(name="Third Harbor", slug="taken-too")

        answer = client_of().post(reverse(RESTORE, args=[old.pk]), {"as_slug": given})

        assert answer.status_code == 409
        assert sentence in body(answer)
        old.refresh_from_db()
        assert (old.is_deleted, old.slug) == (True, "harbor")

    def test_another_name_is_for_those_who_may_change_it(
        self, client_of: Callable[..., Client]
    ) -> None:
        old = trashed(slug="harbor")
        OrganizationFactory(slug="harbor")
        client = client_of(without=("organizations.change_organization",))

        page = body(client.get(reverse(RESTORE, args=[old.pk])))
        client.post(reverse(RESTORE, args=[old.pk]), {"as_slug": "other"})

        assert "leave this one in the trash" in page
        assert "as_slug" not in page
        old.refresh_from_db()
        assert (old.is_deleted, old.slug) == (True, "harbor")

    def test_a_project_comes_back_under_another_name(
        self, client_of: Callable[..., Client]
    ) -> None:
        project = ProjectFactory(name="Quay")
        record_trash(record=project, actor=None)
        ProjectFactory(name="Quay", organization=project.organization)
        client = client_of()

        page = body(client.get(reverse(RESTORE_PROJECT, args=[project.pk])))
        client.post(reverse(RESTORE_PROJECT, args=[project.pk]), {"as_name": "Old Quay"})

        assert "the name “Quay” is taken by" in page
        assert Project.objects.get(pk=project.pk).name == "Old Quay"

    def test_a_project_of_a_trashed_organization_says_which_comes_first(
        self, client_of: Callable[..., Client]
    ) -> None:
        project = ProjectFactory(organization__name="Harbor")
        record_trash(record=project.organization, actor=None)

        page = body(client_of().get(reverse(RESTORE_PROJECT, args=[project.pk])))

        assert "can't be restored yet, because it belongs to" in page
        url = "admin:organizations_trashedorganization_change"
        assert reverse(url, args=[project.organization_id]) in page

    def test_nothing_in_the_way_asks_nothing(self, client_of: Callable[..., Client]) -> None:
        old = trashed(slug="harbor")

        page = body(client_of().get(reverse(RESTORE, args=[old.pk])))

        assert "can't be restored" not in page
        assert "as_slug" not in page


class TestTaking:
    """A name of something in the trash may be taken, and the page says what that means."""

    def test_a_new_organization_that_takes_a_slug_says_so(
        self, client_of: Callable[..., Client]
    ) -> None:
        old = trashed(name="Harbor", slug="harbor", external_id="C-1")

        answer = client_of().post(
            reverse("admin:organizations_organization_add"),
            {"name": "Harbor", "slug": "", "external_id": "C-1", "status": "active"},
        )

        assert Organization.objects.get().slug == "harbor"
        assert "The slug “harbor” is also that of" in page_text(answer)
        assert "The external ID “C-1” is also that of" in page_text(answer)
        url = reverse("admin:organizations_trashedorganization_change", args=[old.pk])
        assert url in page_text(answer)

    def test_a_project_that_is_renamed_says_so(self, client_of: Callable[..., Client]) -> None:
        project = ProjectFactory(name="Quay")
        record_trash(record=project, actor=None)
        other = ProjectFactory(name="Pier", organization=project.organization)
        url = reverse("admin:projects_project_change", args=[other.pk])

        client = client_of()
        answer = client.post(url, {**opened(client, url), "name": "Quay", "_reason": "x"})

        assert Project.objects.get().name == "Quay"
        assert "The name “Quay” is also that of" in page_text(answer)

    def test_a_change_of_something_else_says_nothing(
        self, client_of: Callable[..., Client]
    ) -> None:
        trashed(slug="harbor")
        other = OrganizationFactory(name="Pier", slug="harbor")

        url = reverse("admin:organizations_organization_change", args=[other.pk])
        client = client_of()
        answer = client.post(url, {**opened(client, url), "name": "Quay"})

        assert Organization.objects.get().name == "Quay"
        assert "is also that of" not in page_text(answer)
