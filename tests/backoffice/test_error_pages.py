"""Each refusal has a page in the house's look that says what to do."""

import uuid

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_403_names_the_missing_permission_and_the_role_that_has_it(client: Client) -> None:
    role = Group.objects.create(name="Pursers")
    role.permissions.add(Permission.objects.get(codename="view_organization"))
    client.force_login(StaffFactory())

    page = client.get(reverse("admin:organizations_organization_changelist"))

    assert page.status_code == 403
    body = page.content.decode()
    assert "organizations.view_organization" in body
    assert "Pursers" in body
    assert "unfold/css/styles" in body


def test_404_of_a_record_says_what_was_looked_for_and_offers_a_search(client: Client) -> None:
    client.force_login(SuperuserFactory())
    key = uuid.uuid4()

    page = client.get(reverse("admin:organizations_organization_change", args=[key]))

    assert page.status_code == 404
    body = page.content.decode()
    assert f"No organization with the ID “{key}”" in body
    assert 'role="search"' in body
    assert reverse("admin:organizations_organization_changelist") in body


@pytest.mark.parametrize("path", ["/admin/nowhere/", "/nowhere/"])
def test_404_of_an_address_says_the_address(client: Client, path: str) -> None:
    client.force_login(SuperuserFactory())

    page = client.get(path)

    assert page.status_code == 404
    assert path in page.content.decode()


def test_404_for_strangers_shows_no_navigation(client: Client) -> None:
    page = client.get("/nowhere/")

    assert page.status_code == 404
    assert "nav-sidebar" not in page.content.decode()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/breaks/", 500, "This is our fault, and it was recorded"),
        ("/refuses/", 409, "An organization keeps at least one owner."),
        ("/suspects/", 400, "Nothing was changed"),
    ],
)
@pytest.mark.urls("tests.backoffice.failing_urls")
def test_other_refusals_explain_themselves(
    client: Client, path: str, status: int, words: str
) -> None:
    client.raise_request_exception = False
    client.force_login(SuperuserFactory())

    page = client.get(path)

    assert page.status_code == status
    body = page.content.decode()
    assert words in body
    assert "unfold/css/styles" in body


@pytest.mark.urls("tests.backoffice.failing_urls")
def test_the_500_page_asks_nothing_of_the_database(
    client: Client, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    client.raise_request_exception = False

    with django_assert_num_queries(0):  # type: ignore[operator]
        page = client.get("/breaks/")

    assert page.status_code == 500


def test_a_form_without_its_token_is_refused_kindly() -> None:
    client = Client(enforce_csrf_checks=True)

    page = client.post(reverse("account_login"), {"login": "a", "password": "b"})

    assert page.status_code == 403
    assert "Go back, reload the page" in page.content.decode()


def test_a_member_without_a_role_is_led_to_the_account_and_not_back_here(client: Client) -> None:
    client.force_login(UserFactory())
    for url in ("/admin/", "/admin/login/"):
        page = client.get(url, follow=True)
        body = page.content.decode()
        assert page.status_code == 403
        assert "Go to your account" in body
        assert reverse("account_security") in body
        assert "Go to the start page" not in body
