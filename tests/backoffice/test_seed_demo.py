"""The demo: invented, deterministic, and the same when it is asked for again."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import models

from apps.accounts.models import User
from apps.organizations.models import Invitation, Membership, Organization
from apps.projects.models import Project, Task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def roles(db: None) -> None:
    call_command("load_reference", stdout=StringIO())


def seed(members: int) -> str:
    output = StringIO()
    call_command("seed_demo", members=members, stdout=output, stderr=StringIO())
    return output.getvalue()


def histories() -> int:
    return sum(
        model.history.count()  # type: ignore[attr-defined]
        for model in (User, Organization, Membership, Invitation, Project, Task)
    )


def test_each_role_has_somebody_who_can_sign_in_and_has_that_role_alone() -> None:
    seed(0)

    for role in ("Support", "Staff", "Operations", "Analyst", "Auditor", "Administrator"):
        user = authenticate(username=f"{role.lower()}@quarterdeck.example", password="quarterdeck")
        assert isinstance(user, User)
        assert [group.name for group in user.groups.all()] == [role]
        assert user.is_staff
        assert not user.is_superuser


def test_everything_that_the_admin_shows_is_there() -> None:
    seed(200)

    assert Membership.all_objects.count() == 204
    assert Membership.all_objects.values("user").distinct().count() == 200
    assert set(Membership.all_objects.values_list("role", flat=True)) == {
        "owner",
        "admin",
        "member",
        "viewer",
    }
    assert set(Organization.objects.values_list("status", flat=True)) == {
        "active",
        "suspended",
        "closed",
    }
    assert set(Invitation.all_objects.values_list("state", flat=True)) == set(
        Invitation.State.values
    )
    assert set(Project.objects.values_list("status", flat=True)) == set(Project.Status.values)
    assert set(Task.all_objects.values_list("status", flat=True)) == set(Task.Status.values)
    assert Organization.all_objects.in_trash().count() == 1
    assert (
        Project.all_objects.in_trash().exclude(organization__deleted_at__isnull=False).count() == 1
    )
    assert User.objects.filter(status="deactivated").exists()


def test_every_organization_has_an_owner_with_an_owners_membership() -> None:
    seed(300)

    membership = Membership.all_objects.owners().filter(
        organization=models.OuterRef("pk"), user=models.OuterRef("owner")
    )
    assert Organization.all_objects.count() == 18
    assert not Organization.all_objects.filter(~models.Exists(membership)).exists()


def test_a_second_time_nothing_changes_and_more_adds_the_difference() -> None:
    seed(120)
    before = histories()

    assert seed(120) == "The demo data is all there.\n"
    assert histories() == before
    assert "Added 30 people" in seed(150)
    assert Membership.all_objects.values("user").distinct().count() == 150


def test_the_same_people_are_invented_every_time() -> None:
    seed(3)

    people = User.objects.filter(is_staff=False)
    assert set(people.values_list("email", flat=True)) == {
        "zoe.ohara.0@example.org",
        "olafur.shevchuk.1@example.com",
        "sofia.hernandez.2@example.net",
    }


def test_no_address_of_it_can_belong_to_anybody() -> None:
    seed(200)

    for email in User.objects.values_list("email", flat=True):
        assert email.endswith((".example", "@example.org", "@example.com", "@example.net"))


def test_it_refuses_production(settings: object) -> None:
    settings.DEMO_DATA_ALLOWED = False  # type: ignore[attr-defined]

    with pytest.raises(CommandError, match="never goes into production") as refusal:
        seed(10)

    assert refusal.value.returncode == 2
    assert not User.objects.exists()


def test_without_the_roles_it_says_what_to_do() -> None:
    from django.contrib.auth.models import Group

    Group.objects.all().delete()

    with pytest.raises(CommandError, match="load_reference first"):
        seed(10)

    assert not User.objects.exists()
