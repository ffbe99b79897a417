"""The pages of people: nobody is deleted, and rights are given by who may."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.accounts.admin.user import UserAdmin
from apps.accounts.models import User
from tests.factories.accounts import (
    RoleFactory,
    StaffFactory,
    SuperuserFactory,
    UserFactory,
    prove_factor,
)
from tests.forms import save
from tests.trace import last_trace

pytestmark = pytest.mark.django_db
MANAGER = ["accounts.view_user", "accounts.change_user", "accounts.add_user"]


def _client(*permissions: str) -> Client:
    client = Client()
    client.force_login(StaffFactory(may=[*MANAGER, *permissions]))
    return client


def test_nobody_is_deleted() -> None:
    user = UserFactory()
    client = _client("accounts.delete_user")

    answer = client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"reason": "x"})

    assert answer.status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


def test_a_person_is_deactivated_with_a_reason_and_let_in_again() -> None:
    user = UserFactory()
    client = _client()

    client.post(reverse("admin:accounts_user_deactivate", args=[user.pk]), {"reason": "Left."})
    user.refresh_from_db()
    assert user.status == "deactivated"
    assert last_trace(user).reason == "Left."

    client.post(reverse("admin:accounts_user_reactivate", args=[user.pk]), {"reason": "Is back."})
    user.refresh_from_db()
    assert user.status == "active"


def test_roles_are_given_and_taken_by_who_may_set_them() -> None:
    user, role = UserFactory(), RoleFactory(name="Pursers")
    url = reverse("admin:accounts_user_set_roles", args=[user.pk])
    answers = {"roles": [role.pk], "reason": "Begins on Monday."}

    assert _client().post(url, answers).status_code == 403
    assert not user.groups.exists()

    answer = save(prove_factor(_client("accounts.set_roles")), url, answers)
    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.is_staff
    assert list(user.groups.all()) == [role]


def test_a_form_cannot_make_anybody_staff_or_superuser() -> None:
    user = UserFactory()
    client = _client("accounts.view_personal_data")

    save(
        client,
        reverse("admin:accounts_user_change", args=[user.pk]),
        {
            "email": user.email,
            "first_name": "Ida",
            "is_staff": "on",
            "is_superuser": "on",
            "groups": [Group.objects.create(name="Crew").pk],
            "password": "x",
        },
    )

    user.refresh_from_db()
    assert user.first_name == "Ida"
    assert (user.is_staff, user.is_superuser, user.groups.count()) == (False, False, 0)


def test_a_colleague_is_changed_only_by_who_may_set_roles() -> None:
    colleague = StaffFactory()
    url = reverse("admin:accounts_user_change", args=[colleague.pk])

    answer = _client("accounts.view_personal_data").post(url, {"email": "mine@example.org"})

    assert answer.status_code == 403
    colleague.refresh_from_db()
    assert colleague.email != "mine@example.org"


def test_no_page_shows_a_password_hash() -> None:
    user = UserFactory(password="md5$salt$hash")
    client = _client("accounts.view_personal_data", "accounts.set_roles")

    body = client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()

    assert "md5$" not in body


def test_a_new_person_is_made_without_a_password() -> None:
    answer = _client().post(
        reverse("admin:accounts_user_add"), {"email": "Ida@Example.org", "first_name": "Ida"}
    )

    assert answer.status_code == 302
    user = User.objects.get(email="ida@example.org")
    assert not user.has_usable_password()


def test_addresses_and_numbers_are_masked_for_who_may_not_read_them() -> None:
    user = UserFactory(email="ida.berg@example.org", phone="+49 40 1234")
    client = _client()

    page = client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    listed = client.get(reverse("admin:accounts_user_changelist")).content.decode()

    assert "ida.berg" not in page + listed
    assert "+49 40 1234" not in page


def test_a_page_offers_nothing_about_oneself_or_a_more_powerful_colleague_that_is_refused() -> None:
    me = StaffFactory(may=[*MANAGER, *RIGHTS])
    client = Client()
    client.force_login(me)
    people = {
        "me": me,
        "equal": StaffFactory(may=MANAGER),
        "stronger": StaffFactory(may=["schedules.run_task"]),
        "superuser": SuperuserFactory(),
        "member": UserFactory(),
    }
    offered = {
        who: {
            name
            for name in UserAdmin.actions_detail
            if reverse(f"admin:accounts_user_{name}", args=[person.pk]) in page_of(client, person)
        }
        for who, person in people.items()
    }

    assert offered["stronger"] == offered["superuser"] == set()
    assert offered["me"] == {"change_email", "end_sessions", "give_password_link"}
    assert offered["equal"] == {*offered["me"], "set_roles", "impersonate", "deactivate"}
    assert {"deactivate", "anonymize"} <= offered["member"]


RIGHTS = [
    "accounts.set_roles",
    "accounts.end_sessions",
    "accounts.change_email",
    "accounts.impersonate_user",
    "accounts.anonymize_user",
]


def page_of(client: Client, person: User) -> str:
    url = reverse("admin:accounts_user_change", args=[person.pk])
    return client.get(url).content.decode()
