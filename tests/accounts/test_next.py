"""`next=` leads to this site alone, wherever an address takes one."""

from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import StaffFactory, sudo_client

pytestmark = pytest.mark.django_db

PASSWORD = "a long and quiet afternoon"
ELSEWHERE = [
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "///elsewhere.example/",
    "/\\elsewhere.example/",
    "https:elsewhere.example",
    "javascript:alert(1)",
    "http://testserver@elsewhere.example/",
    "http://[elsewhere.example/",
    "//[::1",
    "http://elsewhere.example:port/",
]


@pytest.fixture
def password_user() -> str:
    user = StaffFactory()
    user.set_password(PASSWORD)
    user.save()
    return str(user.email)


def is_ours(location: str) -> bool:
    return location.startswith("/") and not location.startswith(("//", "/\\"))


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_sign_in_leads_back_to_this_site_alone(
    client: Client, password_user: str, target: str
) -> None:
    page = f"{reverse('account_login')}?next={quote(target)}"

    answer = client.post(page, {"login": password_user, "password": PASSWORD, "next": target})

    assert answer.status_code == 302
    assert is_ours(answer["Location"])


def test_a_sign_in_leads_back_to_where_it_was_asked_for(client: Client, password_user: str) -> None:
    wanted = reverse("admin:index") + "?from=here"
    page = f"{reverse('account_login')}?next={quote(wanted)}"

    answer = client.post(page, {"login": password_user, "password": PASSWORD, "next": wanted})

    assert answer["Location"] == wanted


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_admins_own_pages_hand_on_no_other_site(client: Client, target: str) -> None:
    answer = client.get(f"{reverse('admin:login')}?next={quote(target)}")

    assert answer.status_code == 302
    assert "elsewhere" not in answer["Location"]
    assert "javascript" not in answer["Location"]


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("name", ["account_sudo_end", "account_reauthenticate", "account_logout"])
def test_no_page_of_an_account_leads_elsewhere(name: str, target: str) -> None:
    user = StaffFactory()
    user.set_password(PASSWORD)
    user.save()
    client = sudo_client(user)

    answers = [
        client.get(f"{reverse(name)}?next={quote(target)}"),
        client.post(
            f"{reverse(name)}?next={quote(target)}", {"next": target, "password": PASSWORD}
        ),
    ]

    for answer in answers:
        assert answer.status_code != 302 or is_ours(answer["Location"])
        assert f'href="{target}' not in answer.text
        assert f'action="{target}' not in answer.text
