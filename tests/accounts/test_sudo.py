"""Sudo mode: what does great damage asks for a fresh factor, and comes back to what was asked for."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from tests.factories.accounts import RoleFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
MAY = ["accounts.view_user", "accounts.change_user", "accounts.set_roles"]


@pytest.fixture
def person() -> User:
    return UserFactory(first_name="Ida", last_name="Berg")


@pytest.fixture
def role() -> Group:
    return RoleFactory(name="Pursers")


def _signed_in(client: Client) -> User:
    user = StaffFactory(may=MAY)
    user.set_password(PASSWORD)
    user.save()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return user


def _fields(page: Any) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.content.decode()
    ):
        fields.setdefault(name, []).append(value)
    return fields


def _set_roles(person: User) -> str:
    return reverse("admin:accounts_user_set_roles", args=[person.pk])


def test_signing_in_alone_does_not_open_sudo(client: Client, person: User, role: Group) -> None:
    _signed_in(client)

    answer = client.post(_set_roles(person), {"roles": [role.pk], "reason": "Begins."})

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_sudo"))
    assert not person.groups.exists()


def test_the_page_says_why_and_the_posted_form_goes_on_afterwards(
    client: Client, person: User, role: Group
) -> None:
    _signed_in(client)
    asked = client.post(_set_roles(person), {"roles": [role.pk], "reason": "Begins."}, follow=True)
    assert "set roles: Ida Berg" in asked.content.decode()

    going_on = client.post(
        asked.request["PATH_INFO"] + "?" + asked.request["QUERY_STRING"],
        {"password": PASSWORD},
        follow=True,
    )
    fields = _fields(going_on)
    assert f'action="{_set_roles(person)}"' in going_on.content.decode()
    assert not person.groups.exists()
    client.post(_set_roles(person), fields)

    assert list(person.groups.all()) == [role]
