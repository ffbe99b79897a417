"""A person whose data was removed is read-only for good, by whatever way somebody tries."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from apps.accounts.anonymization.services import user_anonymize
from apps.accounts.models import User
from apps.accounts.services import (
    user_create,
    user_deactivate,
    user_reactivate,
    user_set_roles,
)
from apps.accounts.signin.links import password_link_give
from apps.core.errors import DomainError
from apps.organizations.models import Invitation, Membership
from apps.organizations.services import invitation_create, membership_add, user_set_scope
from tests.factories.accounts import RoleFactory, StaffFactory, UserFactory, sudo_client
from tests.factories.organizations import OrganizationFactory, OwnerFactory
from tests.transfers.engine import Importer

pytestmark = pytest.mark.django_db
SAYS = "The personal data of this person was removed. The record is permanently read-only"
ACTIONS = [
    "set_roles",
    "give_password_link",
    "change_email",
    "end_sessions",
    "impersonate",
    "deactivate",
    "reactivate",
    "anonymize",
    "set_scope",
]


@pytest.fixture
def person() -> User:
    person = UserFactory(email="ida.berg@secret.example", first_name="Ida", last_name="Bergström")
    person.phone = "+49 40 7654321"
    person.save()
    user_anonymize(user=person, actor=None, reason="Asked for by letter.")
    return User.objects.get(pk=person.pk)


@pytest.fixture
def boss() -> User:
    boss = StaffFactory()
    boss.user_permissions.set(Permission.objects.all())
    return User.objects.get(pk=boss.pk)


def stored(person: User) -> dict[str, Any]:
    return User.objects.filter(pk=person.pk).values().get()


def test_the_page_says_so_and_offers_nothing(person: User, boss: User) -> None:
    page = html.unescape(
        sudo_client(boss)
        .get(reverse("admin:accounts_user_change", args=[person.pk]))
        .content.decode()
    )

    assert SAYS in page
    assert 'name="first_name"' not in page
    assert 'name="_save"' not in page
    for action in ACTIONS:
        assert reverse(f"admin:accounts_user_{action}", args=[person.pk]) not in page


def test_a_form_that_is_posted_all_the_same_changes_nothing(person: User, boss: User) -> None:
    before = stored(person)

    answer = sudo_client(boss).post(
        reverse("admin:accounts_user_change", args=[person.pk]),
        {"first_name": "Ida", "last_name": "Berg", "phone": "", "_reason": "Back."},
    )

    assert answer.status_code == 403
    assert stored(person) == before


@pytest.mark.parametrize("action", ACTIONS)
def test_no_action_reaches_it(person: User, boss: User, action: str) -> None:
    before = stored(person)
    role = RoleFactory()

    answer = sudo_client(boss).post(
        reverse(f"admin:accounts_user_{action}", args=[person.pk]),
        {
            "reason": "Back.",
            "typed": str(person),
            "roles": [role.pk],
            "sees": "everything",
            "email": "new@example.org",
            "new_email": "new@example.org",
        },
    )

    assert answer.status_code in (200, 403, 409)
    assert stored(person) == before
    assert not person.groups.exists()


@pytest.mark.parametrize("action", ["reactivate", "deactivate"])
def test_no_bulk_action_reaches_it(person: User, boss: User, action: str) -> None:
    before = stored(person)
    client = sudo_client(boss)
    url = reverse("admin:accounts_user_changelist")
    chosen = {"action": action, "_selected_action": [str(person.pk)], "index": "0"}
    page = client.post(url, chosen)
    token = page.context["hidden"][0]

    answer = client.post(url, {**chosen, token[0]: token[1], "reason": "Back."})

    assert answer.status_code == 409
    assert SAYS in html.unescape(answer.content.decode())
    assert stored(person) == before


@pytest.mark.parametrize(
    "service",
    [
        lambda person, boss: user_reactivate(user=person, actor=boss, reason="x"),
        lambda person, boss: user_reactivate(user=person, actor=None, reason="x"),
        lambda person, boss: user_deactivate(user=person, actor=boss, reason="x"),
        lambda person, boss: user_set_roles(
            user=person, roles=[RoleFactory()], actor=boss, reason="x"
        ),
        lambda person, boss: user_set_scope(user=person, is_limited=True, actor=boss, reason="x"),
        lambda person, boss: password_link_give(user=person, actor=boss, reason="x"),
        lambda person, boss: membership_add(
            organization=OrganizationFactory(), user=person, actor=boss, reason="x"
        ),
    ],
)
def test_no_service_reaches_it(
    person: User, boss: User, service: Callable[[User, User], Any]
) -> None:
    before = stored(person)

    with pytest.raises(DomainError, match="permanently read-only"):
        service(person, boss)

    assert stored(person) == before
    assert not Membership.all_objects.filter(user=person).exists()


def test_its_address_is_nobodys(person: User, boss: User) -> None:
    for email in (person.email, "removed-1@anonymous.invalid"):
        with pytest.raises(DomainError, match="stand for people whose personal data was removed"):
            invitation_create(organization=OrganizationFactory(), email=email, actor=boss)
    with pytest.raises(DomainError, match="stand for people whose personal data was removed"):
        user_create(email="somebody@anonymous.invalid", actor=boss)

    assert not Invitation.all_objects.exists()


def test_an_import_refuses_every_row_of_it(person: User, importer: Importer) -> None:
    OwnerFactory(organization=OrganizationFactory(external_id="C-1"))
    OwnerFactory(organization=OrganizationFactory(external_id="C-2"))
    before = stored(person)

    outcome = importer.rows(
        "members",
        [
            ["E-mail", "First name", "Organization"],
            [person.email, "Ida", "C-1"],
            [person.email, "Ida", "C-2"],
            ["Somebody@Anonymous.invalid", "Else", "C-1"],
        ],
    )

    assert outcome.refused_rows() == [2, 3, 4]
    assert all("anonymous.invalid" in message for message in outcome.messages())
    assert stored(person) == before
    assert not User.objects.filter(email="somebody@anonymous.invalid").exists()


def test_nothing_of_before_comes_back(person: User, boss: User) -> None:
    client = sudo_client(boss)
    first = User.history.filter(id=person.pk).earliest()  # type: ignore[attr-defined]
    newest = User.history.filter(id=person.pk).latest()  # type: ignore[attr-defined]

    timeline = client.get(reverse("admin:accounts_user_history", args=[person.pk]))
    answer = client.post(
        reverse("admin:accounts_user_revert", args=[person.pk, first.history_id]),
        {"reason": "Back.", "newest": newest.history_id},
    )

    assert "Revert to this" not in timeline.content.decode()
    assert answer.status_code == 403
    assert str(User.objects.get(pk=person.pk)) == "Removed person"


def test_the_timeline_says_that_something_was_there(person: User, boss: User) -> None:
    page = html.unescape(
        sudo_client(boss)
        .get(reverse("admin:accounts_user_history", args=[person.pk]))
        .content.decode()
    )

    history = User.history.filter(id=person.pk).order_by("history_id")  # type: ignore[attr-defined]
    assert list(history.values_list("email", "phone"))[:2] == [
        ("[removed]", ""),
        ("[removed]", "[removed]"),
    ]
    assert "[removed]" in page


@pytest.mark.parametrize(
    "change",
    [
        "status = 'active'",
        "first_name = 'Ida'",
        "email = 'ida@example.org'",
        "password = 'x'",
        "is_staff = true",
        "phone = '1234567'",
    ],
)
def test_not_even_sql_changes_it(person: User, change: str) -> None:
    with (
        pytest.raises(IntegrityError, match="was removed: the record never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE accounts_user SET {change} WHERE id = %s", [person.pk])  # noqa: S608


def test_not_even_sql_gives_it_a_membership(person: User) -> None:
    organization = OrganizationFactory()

    with pytest.raises(IntegrityError, match="gets no membership"), transaction.atomic():
        Membership.objects.create(organization=organization, user=person)

    assert not Membership.all_objects.exists()
