"""Search by the beginnings of words, and the index that answers it."""

from typing import Any

import pytest
from django.db import connection, models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.organizations.models import Invitation, Membership, Organization
from apps.projects.models import Project, Task
from tests.factories.accounts import UserFactory
from tests.factories.organizations import InvitationFactory, MembershipFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory, TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return UserFactory(
        first_name="Zoë Anna-Lena", last_name="O'Hara Müller", email="zoe.hara@lowtide.example"
    )


@pytest.mark.parametrize(
    "words",
    [
        "zo",
        "ZOË",
        "müll zoë",
        "O'Hara",
        "o'ha",
        "hara o",
        "anna-le",
        "lena",
        "zoe.hara@lowtide.example",
        "zoe.hara@low",
        "ZOE.HARA@LOWTIDE.EXAMPLE",
        "zoe.ha",
        "  zoë   müller ",
        "zoë & !müller",
        "müller:*",
        "(zoë)",
        "",
        " \t ",
        "--",
    ],
)
def test_finds_a_person_by_the_beginning_of_every_word(person: User, words: str) -> None:
    UserFactory(first_name="Someone", last_name="Else", email="else@elsewhere.example")

    assert person in User.objects.search(words)


@pytest.mark.parametrize("words", ["zoa", "zoë tremblay", "uller", "zoe.hara@high", "hara@lowtide"])
def test_does_not_find_what_begins_otherwise(person: User, words: str) -> None:
    assert not User.objects.search(words).exists()


def test_finds_a_record_by_its_key(person: User) -> None:
    UserFactory()

    assert list(User.objects.search(str(person.pk))) == [person]


def test_finds_an_organization_by_slug_and_external_id() -> None:
    organization = OrganizationFactory(
        name="شركة النور", slug="alnour-clinic", external_id="C-0042"
    )
    OrganizationFactory()

    for words in ("alnour", "alnour-clinic", "clinic", "C-0042", "c-00", "النور"):
        assert list(Organization.objects.search(words)) == [organization], words


def test_finds_a_membership_by_person_and_organization_together(person: User) -> None:
    membership = MembershipFactory(user=person, organization__name="Fjord & Fell")
    MembershipFactory(user=person)
    MembershipFactory(organization=membership.organization)

    assert list(Membership.objects.search("müll fjo")) == [membership]
    assert Membership.objects.search("müll").count() == 2
    assert Membership.objects.search("fell").count() == 2


def test_finds_a_project_and_its_task_by_the_organization_and_the_project() -> None:
    task = TaskFactory(
        title="Book the hall", project__name="Fair", project__organization__name="Kestrel Choir"
    )
    TaskFactory(title="Book the hall")

    assert list(Project.objects.search("kest fai")) == [task.project]
    assert list(Task.objects.search("hall fair")) == [task]
    assert list(Task.objects.search("kestrel book")) == [task]
    assert not Project.objects.search("hall").exists()


def test_finds_an_invitation_by_the_organization() -> None:
    invitation = InvitationFactory(email="zoe@example.org", organization__name="Kestrel Choir")
    InvitationFactory(email="zoe@example.org")

    assert list(Invitation.objects.search("kest zoe@exa")) == [invitation]
    assert list(Invitation.objects.search(str(invitation.pk))) == [invitation]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=40))
def test_no_text_breaks_it(words: str) -> None:
    list(User.objects.search(words))
    list(Membership.objects.search(words))


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(alphabet=st.characters(categories=("Ll", "Lu", "Nd")), min_size=1, max_size=20))
def test_anyone_has_the_name_is_found_by_it(name: str) -> None:
    person = UserFactory(last_name=name)

    assert person in User.objects.search(person.last_name)
    person.last_name = ""
    person.save()


@pytest.mark.parametrize(
    ("model", "index"),
    [
        (User, "user_search"),
        (Organization, "organization_search"),
        (Invitation, "invitation_search"),
        (Project, "project_search"),
        (Task, "task_search"),
    ],
)
def test_the_index_answers_it(model: Any, index: str) -> None:
    plan = explained(model.objects.search("zoe o'hara@low"))

    assert index in plan
    assert "Seq Scan" not in plan


def test_a_memberships_search_asks_the_indexes_of_both_and_then_its_own() -> None:
    plan = explained(Membership.objects.search("zoe"))

    assert "user_search" in plan
    assert "organization_search" in plan
    assert "Seq Scan" not in plan


def explained(queryset: models.QuerySet) -> str:
    """Return a list page's plan over some hundred records, with no table read as a whole."""
    for project in ProjectFactory.create_batch(50):
        TaskFactory.create_batch(4, project=project)
        InvitationFactory.create_batch(4, organization=project.organization)
        MembershipFactory(organization=project.organization)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")
    return queryset.all()[:50].explain()
