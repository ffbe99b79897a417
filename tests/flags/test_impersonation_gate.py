"""The switch `impersonation` stops acting as somebody else, also where it is under way."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.impersonation.rules import stand_in_obstacle
from apps.accounts.models import Impersonation, User
from apps.flags.models import Switch
from apps.flags.services import flags_ensure, switch_set
from apps.organizations.models import Organization
from tests.factories.accounts import StaffFactory, SuperuserFactory, sudo_client
from tests.factories.flags import lose

pytestmark = pytest.mark.django_db

MAY = [
    "accounts.view_user",
    "accounts.change_user",
    "organizations.view_organization",
    "organizations.add_organization",
]
WHY = {"reason": "She sees an empty list, ticket 512."}
OFF = "Acting as somebody else is switched off by the switch impersonation"


@pytest.fixture
def turn(db: None) -> Callable[[bool], None]:
    flags_ensure()
    root = SuperuserFactory(first_name="Grace", last_name="Hopper")

    def turned(on: bool) -> None:
        switch_set(name="impersonation", active=on, reason="Being looked into", actor=root)

    return turned


@pytest.fixture
def target() -> User:
    return StaffFactory(first_name="Ida", last_name="Berg", may=MAY)


@pytest.fixture
def lead() -> User:
    # A colleague's page offers actions to people who can set roles.
    rights = [
        "accounts.set_roles",
        "accounts.impersonate_user",
        "accounts.impersonate_and_write",
    ]
    return StaffFactory(first_name="Ada", last_name="Lead", may=[*MAY, *rights])


@pytest.fixture
def client(lead: User) -> Client:
    return sudo_client(lead)


def _url(target: User) -> str:
    return reverse("admin:accounts_user_impersonate", args=[target.pk])


def _is_offered(client: Client, target: User) -> bool:
    page = client.get(reverse("admin:accounts_user_change", args=[target.pk]))
    return _url(target) in page.content.decode()


def test_off_it_is_neither_offered_nor_begun_and_on_again_it_is(
    client: Client, target: User, turn: Callable[[bool], None]
) -> None:
    assert _is_offered(client, target)
    turn(False)

    assert not _is_offered(client, target)
    # Opened by hand as well: nobody fills in a form that is refused.
    for answer in (client.get(_url(target)), client.post(_url(target), WHY)):
        assert answer.status_code == 403
        page = answer.content.decode()
        assert "Acting as somebody else is switched off" in page
        assert "By the switch impersonation" in page
        assert "Being looked into" in page
        assert 'name="reason"' not in page
    assert not Impersonation.objects.exists()

    turn(True)
    assert _is_offered(client, target)
    assert client.post(_url(target), WHY).status_code == 302
    assert client.get(reverse("admin:index")).wsgi_request.user == target


@pytest.mark.parametrize("how", ["off", "missing"])
def test_who_acts_as_somebody_is_back_at_the_next_request_which_does_nothing(
    client: Client, target: User, lead: User, turn: Callable[[bool], None], how: str
) -> None:
    client.post(_url(target), {**WHY, "may_write": "on"})
    if how == "off":
        turn(False)
    else:
        lose(Switch, "impersonation")

    answer = client.post(
        reverse("admin:organizations_organization_add"),
        {"name": "Acme", "slug": "acme"},
        follow=True,
    )

    assert answer.wsgi_request.user == lead
    page = answer.content.decode()
    assert "You are no longer acting as Ida Berg: switched off for everyone." in page
    assert "Acting as somebody else is switched off" in page
    assert "qd-impersonation" not in page
    assert not Organization.objects.filter(name="Acme").exists()
    assert Impersonation.objects.get().ending == "switched_off"


def test_what_waits_to_be_done_in_somebodys_place_is_not_done(
    target: User, lead: User, turn: Callable[[bool], None]
) -> None:
    assert stand_in_obstacle(target, lead) == ""
    turn(False)
    assert OFF in stand_in_obstacle(target, lead)
