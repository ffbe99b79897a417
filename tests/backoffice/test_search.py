"""The palette finds people, organizations and pages, a few of each, and only what one may see now."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import OrganizationFactory, TrashedOrganizationFactory

pytestmark = pytest.mark.django_db
SEARCH = reverse("admin:search")


def _client(*permissions: str) -> Client:
    client = Client()
    client.force_login(StaffFactory(may=list(permissions)))
    return client


def test_records_and_pages_are_found_by_the_beginnings_of_words() -> None:
    OrganizationFactory(name="Harbor Committee")
    TrashedOrganizationFactory(name="Harbor Drowned")
    client = _client("organizations.view_organization")

    assert "Harbor Committee" in client.get(SEARCH, {"s": "comm har"}).content.decode()
    assert "Drowned" not in client.get(SEARCH, {"s": "harbor"}).content.decode()
    assert "Organizations" in client.get(SEARCH, {"s": "organiz"}).content.decode()


def test_a_permission_that_is_taken_away_ends_it_at_once() -> None:
    OrganizationFactory(name="Harbor Committee")
    user = StaffFactory(may=["organizations.view_organization"])
    client = Client()
    client.force_login(user)
    assert "Harbor Committee" in client.get(SEARCH, {"s": "harbor"}).content.decode()

    user.user_permissions.clear()

    assert "Harbor Committee" not in client.get(SEARCH, {"s": "harbor"}).content.decode()


def test_a_few_of_each_kind_are_enough() -> None:
    for number in range(30):
        OrganizationFactory(name=f"Harbor {number}")

    page = _client("organizations.view_organization").get(SEARCH, {"s": "harbor"})

    assert page.content.decode().count("<li") == 8


def test_an_address_is_masked_for_who_may_not_read_it() -> None:
    UserFactory(first_name="Ida", email="ida.berg@example.org")

    masked = _client("accounts.view_user").get(SEARCH, {"s": "ida"}).content.decode()
    open_ = _client("accounts.view_user", "accounts.view_personal_data")

    assert "i…@example.org" in masked
    assert "ida.berg" not in masked
    assert "ida.berg@example.org" in open_.get(SEARCH, {"s": "ida"}).content.decode()


def test_strangers_find_nothing(client: Client) -> None:
    assert client.get(SEARCH, {"s": "harbor"}).status_code == 302
