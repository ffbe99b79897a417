"""Sudo mode: what does great damage asks for a fresh factor, and comes back to what was asked for."""

import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.audit.models import Event
from tests.accounts.signing_in import PASSWORD, code, signed_in, with_app
from tests.factories.accounts import (
    RoleFactory,
    StaffFactory,
    UserFactory,
    prove_factor,
    sudo_client,
)
from tests.forms import save, version

pytestmark = pytest.mark.django_db
MAY = ["accounts.view_user", "accounts.change_user", "accounts.set_roles"]


@pytest.fixture
def person() -> User:
    return UserFactory(first_name="Ida", last_name="Berg")


@pytest.fixture
def role() -> Group:
    return RoleFactory(name="Pursers")


def _fields(page: Any) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.content.decode()
    ):
        fields.setdefault(name, []).append(unescape(value))
    return fields


def _set_roles(person: User) -> str:
    return reverse("admin:accounts_user_set_roles", args=[person.pk])


def _here(page: Any) -> str:
    return f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}"


def test_signing_in_alone_does_not_open_sudo(client: Client, person: User, role: Group) -> None:
    signed_in(client, may=MAY)

    answer = client.post(_set_roles(person), {"roles": [role.pk], "reason": "Begins."})

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_sudo"))
    assert not person.groups.exists()


def test_the_page_says_why_and_the_posted_form_goes_on_afterwards(
    person: User, role: Group
) -> None:
    client = Client(enforce_csrf_checks=True)
    user = signed_in(client, may=MAY)
    token = client.cookies["csrftoken"].value
    opened = version(sudo_client(may=MAY), _set_roles(person))
    posted = {
        **opened,
        "roles": [role.pk],
        "reason": "Begins “today”.",
        "csrfmiddlewaretoken": token,
    }

    came_from = f"http://testserver{_set_roles(person)}"
    asked = client.post(_set_roles(person), posted, follow=True, headers={"Referer": came_from})
    assert "set roles (Ida Berg)" in asked.content.decode()
    answer = {"password": PASSWORD, "csrfmiddlewaretoken": token}
    going_on = client.post(_here(asked), answer, follow=True)
    assert f'action="{_set_roles(person)}"' in going_on.content.decode()
    # A form may give a file, which leaves the browser on this page.
    assert f'href="{came_from}">Back to where you were' in going_on.content.decode()
    assert not person.groups.exists()
    fields = _fields(going_on)
    done = client.post(_set_roles(person), fields)

    assert done.status_code == 302
    assert fields["reason"] == ["Begins “today”."]
    assert list(person.groups.all()) == [role]
    assert Event.objects.filter(kind="sudo", target_pk=str(user.pk)).count() == 1


def test_a_wrong_password_opens_nothing(client: Client, person: User) -> None:
    signed_in(client, may=MAY)
    asked = client.get(_set_roles(person), follow=True)

    again = client.post(_here(asked), {"password": "something else"})

    assert "Wrong password." in again.content.decode()
    assert client.get(_set_roles(person)).status_code == 302


def test_sudo_ends_after_fifteen_minutes_and_when_it_is_ended(person: User) -> None:
    with time_machine.travel("2026-03-02 09:00Z", tick=False) as clock:
        client = sudo_client(may=MAY)
        assert client.get(_set_roles(person)).status_code == 200
        clock.shift(15 * 60 - 1)
        assert client.get(_set_roles(person)).status_code == 200
        clock.shift(1)
        assert client.get(_set_roles(person)).status_code == 302

    client = sudo_client(may=MAY)
    assert "Sudo mode is on" in client.get(reverse("admin:index")).content.decode()
    client.post(reverse("account_sudo_end"))
    assert client.get(_set_roles(person)).status_code == 302
    assert client.get(reverse("account_sudo_end")).status_code == 405


def test_it_is_bound_to_the_session(person: User) -> None:
    client = sudo_client(may=MAY)
    other = Client()
    other.force_login(User.objects.get(pk=client.session["_auth_user_id"]))

    assert client.get(_set_roles(person)).status_code == 200
    assert other.get(_set_roles(person)).status_code == 302


def test_who_has_a_second_factor_opens_it_by_that_alone(client: Client, person: User) -> None:
    user = signed_in(client, may=MAY)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(_set_roles(person)).status_code == 200

    with_app(user)

    asked = client.get(_set_roles(person), follow=True)
    assert asked.request["PATH_INFO"] == reverse("mfa_reauthenticate")
    refused = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert refused["Location"].startswith(reverse("mfa_reauthenticate"))
    client.post(_here(asked), {"code": code(user)})
    assert client.get(_set_roles(person)).status_code == 200


def test_a_bulk_move_to_the_trash_asks_and_a_single_one_does_not() -> None:
    from tests.factories.organizations import OrganizationFactory

    client = sudo_client(
        may=["organizations.view_organization", "organizations.delete_organization"]
    )
    client.post(reverse("account_sudo_end"))
    one, two = OrganizationFactory(), OrganizationFactory()
    url = reverse("admin:organizations_organization_changelist")

    def choose(*organizations: Any) -> int:
        keys = [str(organization.pk) for organization in organizations]
        posted = {"action": "move_to_trash", "index": "0", "_selected_action": keys}
        return client.post(url, posted).status_code

    assert choose(one) == 200
    assert choose(one, two) == 302


def test_a_form_with_a_file_is_to_be_sent_again(client: Client, person: User) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    signed_in(client, may=MAY)
    file = SimpleUploadedFile("roster.csv", b"a,b")

    asked = client.post(_set_roles(person), {"reason": "x", "file": file}, follow=True)
    going_on = client.post(_here(asked), {"password": PASSWORD}, follow=True)

    assert going_on.request["PATH_INFO"] == _set_roles(person)
    assert "included a file" in going_on.content.decode()


def test_what_a_role_may_do_is_changed_with_a_fresh_factor(role: Group) -> None:
    client = sudo_client(may=["auth.view_group", "auth.change_group"])
    url = reverse("admin:auth_group_change", args=[role.pk])
    client.post(reverse("account_sudo_end"))
    posted = {"name": "Stewards", "permissions": [], "_reason": "Renamed.", **version(client, url)}

    assert client.post(url, posted)["Location"].startswith(reverse("account_sudo"))
    prove_factor(client)
    client.post(url, posted)

    role.refresh_from_db()
    assert role.name == "Stewards"


def test_the_form_of_a_person_changes_no_address() -> None:
    client = sudo_client(may=[*MAY, "accounts.view_personal_data"])
    user = User.objects.get(pk=client.session["_auth_user_id"])
    before = user.email

    save(
        client,
        reverse("admin:accounts_user_change", args=[user.pk]),
        {"email": "mine@example.org", "first_name": "New", "_reason": "Moved."},
    )

    user.refresh_from_db()
    assert (user.email, user.first_name) == (before, "New")


def test_there_is_no_sudo_in_somebody_elses_place(person: User) -> None:
    client = sudo_client(may=[*MAY, "accounts.impersonate_user"])
    target = StaffFactory(may=MAY)
    assert client.get(_set_roles(person)).status_code == 200

    client.post(
        reverse("admin:accounts_user_impersonate", args=[target.pk]), {"reason": "Case 4711."}
    )
    start = client.get(reverse("admin:index"))
    asked = client.get(_set_roles(person), follow=True)

    assert start.context["request"].user == target
    assert asked.status_code == 403
    assert "Sudo mode is on" not in start.content.decode()
