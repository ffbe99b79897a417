"""The confirmation of a turn says how many people it reaches now and after, and names some."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.flags import reach
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> User:
    found: User = SuperuserFactory()
    client.force_login(found)
    return found


def confirmation(client: Client, flag: Any, action: str) -> str:
    response = client.get(reverse(f"admin:flags_flag_{action}", args=[flag.pk]))
    assert response.status_code == 200
    return response.text


def test_turning_off_says_who_loses_it(client: Client, root: User) -> None:
    organizations = [OrganizationFactory() for _ in range(2)]
    members = [MembershipFactory(organization=each).user for each in organizations for _ in "ab"]
    flag = FlagFactory()
    flag.organizations.set(organizations)

    shown = confirmation(client, flag, "turn_off")

    assert f"{flag.name}: on for 4 people in 2 organizations now, 0 people after." in shown
    assert "4 people lose it: " in shown
    assert all(str(user) in shown for user in members)


def test_turning_on_spares_those_who_are_denied(client: Client, root: User) -> None:
    denied, *_ = (UserFactory() for _ in range(4))
    flag = FlagFactory()
    flag.users.add(root)
    flag.denied_users.add(denied)
    everyone = User.objects.filter(is_active=True).count()

    shown = confirmation(client, flag, "turn_on")

    assert f"{flag.name}: on for 1 person now, {everyone - 1} people after." in shown


def test_leaving_it_to_its_targets_says_who_keeps_it(client: Client, root: User) -> None:
    StaffFactory()
    flag = FlagFactory(everyone=True, superusers=True)
    shown = confirmation(client, flag, "leave_to_targets")
    assert "people now, 1 person after." in shown


def test_only_some_are_named(client: Client, root: User) -> None:
    users = [UserFactory() for _ in range(30)]
    flag = FlagFactory()
    flag.users.set(users)
    shown = confirmation(client, flag, "turn_off")
    assert "30 people lose it: " in shown
    assert "and 20 more." in shown


def test_of_very_many_people_some_are_drawn(
    client: Client, root: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "EXACT_PEOPLE", 10)
    monkeypatch.setattr(reach, "DRAWN_PEOPLE", 5)
    for _ in range(19):
        UserFactory()
    total = User.objects.filter(is_active=True).count()
    shown = confirmation(client, FlagFactory(everyone=True), "turn_off")
    assert f"on for about {total} people now, 0 people after." in shown
