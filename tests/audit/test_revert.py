"""*Revert to this*: who may, what it shows, what it changes, and what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from apps.accounts.models import User
from apps.audit.models import ChangeSet
from apps.organizations.models import Membership, Organization, Role
from apps.organizations.services import membership_add, membership_update
from apps.projects.models import Project, Task
from tests.factories.accounts import UserFactory
from tests.factories.organizations import OrganizationFactory, OwnerFactory
from tests.factories.projects import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db

StaffWith = Callable[..., User]
ClientOf = Callable[[User], Client]

MAY = (
    "audit.revert_record",
    "organizations.view_organization",
    "organizations.change_organization",
    "organizations.view_membership",
    "organizations.change_membership",
    "projects.view_project",
    "projects.change_project",
    "projects.view_task",
    "projects.change_task",
)


def positions(record: Any) -> list[int]:
    """Return the positions of a record's own entries, oldest first."""
    rows = type(record).history.model.objects.filter(id=record.pk)
    return list(rows.order_by("history_id").values_list("history_id", flat=True))


def revert_url(record: Any, position: int) -> str:
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_revert", args=[record.pk, position])


def text_of(response: Any) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


@pytest.fixture
def acme() -> Organization:
    """An organization that was renamed and suspended since its first state."""
    acme: Organization = OrganizationFactory(name="Acme", slug="acme")
    acme.name = "Acme Ltd"
    acme.save()
    acme.status = "suspended"
    acme.save()
    return acme


@pytest.fixture
def keeper(staff_with: StaffWith, client_of: ClientOf) -> Client:
    return client_of(staff_with(*MAY, first_name="Grace", last_name="Hopper"))


def test_the_page_shows_what_would_change_and_changes_nothing(
    keeper: Client, acme: Organization
) -> None:
    before = positions(acme)

    page = keeper.get(revert_url(acme, before[0]))

    text = text_of(page)
    assert "Acme Ltd arrow_forward Acme" in text
    assert "Suspended arrow_forward Active" in text
    assert "Slug" not in text
    assert positions(acme) == before


def test_a_revert_is_an_ordinary_change_with_its_actor_and_reason(
    keeper: Client, acme: Organization
) -> None:
    first, newest = positions(acme)[0], positions(acme)[-1]

    response = keeper.post(
        revert_url(acme, first), {"reason": "Renamed by mistake", "newest": newest}, follow=True
    )

    acme.refresh_from_db()
    assert (acme.name, acme.status) == ("Acme", "active")
    row = Organization.history.first()
    assert row.history_type == "~"
    assert row.history_change_reason == "Renamed by mistake"
    change_set = ChangeSet.objects.get(pk=row.change_set_id)
    assert change_set.actor_label.startswith("Grace Hopper")
    assert change_set.source == "form"
    text = text_of(response)
    assert "Reverted: name, status." in text
    assert "“Renamed by mistake”" in text


def test_without_a_reason_nothing_goes_back(keeper: Client, acme: Organization) -> None:
    before = positions(acme)

    for reason in ("", "   "):
        page = keeper.post(revert_url(acme, before[0]), {"reason": reason, "newest": before[-1]})
        assert "This field is required" in text_of(page)

    assert positions(acme) == before


def test_a_get_never_reverts(keeper: Client, acme: Organization) -> None:
    before = positions(acme)

    keeper.get(revert_url(acme, before[0]) + f"?reason=x&newest={before[-1]}")

    assert positions(acme) == before


@pytest.mark.parametrize("missing", ["audit.revert_record", "organizations.change_organization"])
def test_both_permissions_are_needed(
    staff_with: StaffWith, client_of: ClientOf, acme: Organization, missing: str
) -> None:
    before = positions(acme)
    client = client_of(staff_with(*(name for name in MAY if name != missing)))
    history = client.get(
        reverse("admin:organizations_organization_history", args=[acme.pk])
    ).content.decode()

    assert client.get(revert_url(acme, before[0])).status_code == 403
    posted = client.post(revert_url(acme, before[0]), {"reason": "x", "newest": before[-1]})
    assert posted.status_code == 403
    assert "Revert to this" not in history
    assert positions(acme) == before


def test_a_record_that_changed_since_the_page_was_shown_is_left_alone(
    keeper: Client, acme: Organization
) -> None:
    shown = positions(acme)
    Organization.objects.filter(pk=acme.pk).update(external_id="C-1")

    page = keeper.post(revert_url(acme, shown[0]), {"reason": "x", "newest": shown[-1]})

    assert page.status_code == 409
    assert "changed after this page was shown" in text_of(page)
    acme.refresh_from_db()
    assert acme.name == "Acme Ltd"


def test_what_is_taken_by_now_is_a_sentence(keeper: Client, acme: Organization) -> None:
    Organization.objects.filter(pk=acme.pk).update(slug="acme-ltd")
    OrganizationFactory(slug="acme")
    all_of = positions(acme)

    page = keeper.post(revert_url(acme, all_of[0]), {"reason": "x", "newest": all_of[-1]})

    assert page.status_code == 409
    assert "Another organization has this slug." in text_of(page)
    assert positions(acme) == all_of


def test_an_organization_keeps_an_owner_whatever_is_reverted(keeper: Client) -> None:
    owner = OwnerFactory()
    acme, other = owner.organization, OwnerFactory(role=Role.MEMBER)
    membership = membership_add(organization=acme, user=other.user, role=Role.MEMBER, actor=None)
    membership_update(membership=membership, role=Role.OWNER, actor=None)
    Membership.objects.filter(pk=owner.pk).delete()
    all_of = positions(membership)

    page = keeper.post(revert_url(membership, all_of[0]), {"reason": "x", "newest": all_of[-1]})

    assert page.status_code == 409
    assert "would have no owner" in text_of(page)
    membership.refresh_from_db()
    assert membership.role == Role.OWNER


def test_a_membership_goes_back_through_its_service(keeper: Client) -> None:
    acme = OwnerFactory().organization
    membership = membership_add(
        organization=acme, user=OwnerFactory().user, role=Role.MEMBER, actor=None
    )
    membership_update(membership=membership, role=Role.ADMIN, actor=None)
    all_of = positions(membership)

    keeper.post(revert_url(membership, all_of[0]), {"reason": "Too soon", "newest": all_of[-1]})

    membership.refresh_from_db()
    assert membership.role == Role.MEMBER
    assert Membership.history.first().history_change_reason == "Too soon"


def test_an_owner_comes_and_goes_with_a_revert(keeper: Client, acme: Organization) -> None:
    owner = OwnerFactory(organization=acme).user
    Organization.objects.filter(pk=acme.pk).update(owner=owner)
    nobody, somebody = positions(acme)[-2:]

    keeper.post(revert_url(acme, nobody), {"reason": "x", "newest": somebody})
    acme.refresh_from_db()
    assert acme.owner_id is None

    keeper.post(revert_url(acme, somebody), {"reason": "x", "newest": positions(acme)[-1]})
    acme.refresh_from_db()
    assert acme.owner == owner


def test_what_the_database_alone_refuses_is_a_sentence_too(keeper: Client) -> None:
    task = TaskFactory(title="First")
    Task.objects.filter(pk=task.pk).update(title="Second")
    all_of = positions(task)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE projects_task ADD CONSTRAINT no_first CHECK (title <> 'First') NOT VALID"
        )

    page = keeper.post(revert_url(task, all_of[0]), {"reason": "x", "newest": all_of[-1]})

    assert page.status_code == 409
    assert "The database rejected it" in text_of(page)
    task.refresh_from_db()
    assert task.title == "Second"


def test_a_relation_that_is_gone_is_named_and_nothing_is_offered(keeper: Client) -> None:
    apollo = ProjectFactory(name="Apollo")
    task = TaskFactory(project=apollo)
    Task.objects.filter(pk=task.pk).update(project=ProjectFactory())
    Project.all_objects.filter(pk=apollo.pk).hard_delete()
    all_of = positions(task)

    page = keeper.get(revert_url(task, all_of[0]))
    refused = keeper.post(revert_url(task, all_of[0]), {"reason": "x", "newest": all_of[-1]})

    assert "Project was Apollo then, and Apollo no longer exists." in text_of(page)
    assert refused.status_code == 409
    assert positions(task) == all_of


def test_a_state_without_a_difference_offers_no_revert(keeper: Client, acme: Organization) -> None:
    newest = positions(acme)[-1]

    page = keeper.get(revert_url(acme, newest))

    assert "Nothing would change" in text_of(page)
    assert (
        keeper.post(revert_url(acme, newest), {"reason": "x", "newest": newest}).status_code == 409
    )


def test_only_states_of_this_very_record_are_known(keeper: Client, acme: Organization) -> None:
    other = OrganizationFactory(name="Other")

    assert keeper.get(revert_url(acme, positions(other)[0])).status_code == 404


def test_what_history_does_not_keep_is_not_touched(
    staff_with: StaffWith, client_of: ClientOf
) -> None:
    person = UserFactory(first_name="Ada")
    person.set_password("a secret of hers")
    person.is_staff = True
    person.first_name = "Augusta"
    person.save()
    password = person.password
    all_of = positions(person)
    client = client_of(
        staff_with(
            "audit.revert_record",
            "accounts.view_user",
            "accounts.change_user",
            "accounts.set_roles",
        )
    )

    client.post(revert_url(person, all_of[0]), {"reason": "x", "newest": all_of[-1]})

    person.refresh_from_db()
    assert person.first_name == "Ada"
    assert person.password == password
    assert person.is_staff


def test_a_record_in_the_trash_is_restored_first(keeper: Client, acme: Organization) -> None:
    first = positions(acme)[0]
    Organization.objects.filter(pk=acme.pk).update(deleted_at=timezone.now())

    answer = keeper.get(revert_url(acme, first))
    assert answer["Location"] == reverse(
        "admin:organizations_trashedorganization_change", args=[acme.pk]
    )
    history = keeper.get(reverse("admin:organizations_organization_history", args=[acme.pk]))
    assert "Revert to this" not in history.content.decode()


def test_a_deleted_record_is_not_made_again(keeper: Client) -> None:
    task = TaskFactory(title="Gone")
    position = positions(task)[0]
    url = revert_url(task, position)
    task.delete()

    assert keeper.get(url).status_code == 404
    assert not Task.objects.exists()


def test_a_longer_text_is_shown_as_a_word_diff(keeper: Client) -> None:
    project = ProjectFactory(
        description="One two three four five six seven eight nine ten eleven twelve."
    )
    project.description = project.description.replace("seven", "SEVEN")
    project.save()

    page = keeper.get(revert_url(project, positions(project)[0])).content.decode()

    assert "<del>SEVEN</del><ins>seven</ins>" in page
