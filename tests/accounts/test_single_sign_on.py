"""OpenID Connect, against a provider on loopback: it says who it is, and nothing more."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.audit.models import Event
from config import sign_in
from config.env import Environment
from tests.accounts.oidc_provider import CLIENT, Provider, provider_running
from tests.accounts.signing_in import code, staff, with_app
from tests.factories.accounts import DeactivatedUserFactory, UserFactory

pytestmark = pytest.mark.django_db
LINK = "/account/login/with/oidc/"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with provider_running() as provider:
        environment = Environment(
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT[0],
            oidc_client_secret=CLIENT[1],
            oidc_name="Harbor ID",
        )
        made = sign_in.settings_from(environment)
        settings.SOCIALACCOUNT_PROVIDERS = made["SOCIALACCOUNT_PROVIDERS"]
        settings.SINGLE_SIGN_ON = environment.oidc_name
        yield provider


def _come(client: Client, provider: Provider, lobby: str = LINK, **person: Any) -> Any:
    provider.person = {"sub": "4711", "email_verified": True, **person}
    asked = client.get(lobby)
    assert asked.status_code == 302, asked.content
    return client.get(provider.authorize(asked["Location"]))


def _is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_an_active_person_comes_in_by_a_verified_address(
    client: Client, provider: Provider
) -> None:
    user = staff(email="ida@quarterdeck.example")
    before = user.password
    assert "Sign in with Harbor ID" in client.get(reverse("account_login")).content.decode()

    answer = _come(client, provider, email="Ida@quarterdeck.example", name="Somebody Else")

    assert answer["Location"] == "/admin/"
    assert _is_in(client)
    user.refresh_from_db()
    assert (user.password, user.get_full_name() == "Somebody Else") == (before, False)
    assert not SocialAccount.objects.exists()


def test_the_second_factor_is_asked_for_all_the_same(client: Client, provider: Provider) -> None:
    user = staff(email="ida@quarterdeck.example")
    with_app(user)

    answer = _come(client, provider, email=user.email)

    assert answer["Location"] == reverse("mfa_authenticate")
    assert not _is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(user)})
    assert _is_in(client)


@pytest.mark.parametrize(
    ("make", "claims"),
    [
        (lambda: None, {"email": "ida@quarterdeck.example"}),
        (
            lambda: staff(email="ida@quarterdeck.example"),
            {"email": "ida@quarterdeck.example", "email_verified": False},
        ),
        (
            lambda: staff(email="ida@quarterdeck.example"),
            {"email": "ida@quarterdeck.example", "email_verified": "no"},
        ),
        (lambda: staff(email="ida@quarterdeck.example"), {}),
        (
            lambda: DeactivatedUserFactory(email="ida@quarterdeck.example", is_staff=True),
            {"email": "ida@quarterdeck.example"},
        ),
    ],
    ids=["unknown", "unverified", "unverified in words", "no address", "deactivated"],
)
def test_nobody_else_comes_in_and_nobody_is_made(
    client: Client, provider: Provider, make: Any, claims: dict[str, Any]
) -> None:
    make()
    people = User.objects.count()

    answer = _come(client, provider, **claims)

    assert answer["Location"] == reverse("account_login")
    page = client.get(reverse("account_login")).content.decode()
    assert "No account here has the address" in page
    assert not _is_in(client)
    assert User.objects.count() == people
    assert Event.objects.filter(kind="sign_in_failed").count() == 1


def test_it_makes_nobody_staff(client: Client, provider: Provider) -> None:
    UserFactory(email="ida@example.org")

    _come(client, provider, email="ida@example.org", is_staff=True, groups=["Administrator"])

    user = User.objects.get(email="ida@example.org")
    assert (user.is_staff, user.is_superuser, user.groups.count()) == (False, False, 0)
    assert client.get("/admin/", follow=True).status_code == 403


def test_no_account_is_connected_to_a_session(client: Client, provider: Provider) -> None:
    user = staff(email="ida@quarterdeck.example")
    client.force_login(user)

    _come(client, provider, f"{LINK}?process=connect", email="other@example.org")

    assert not SocialAccount.objects.exists()


def test_an_answer_that_nobody_asked_for_is_refused(client: Client, provider: Provider) -> None:
    staff(email="ida@quarterdeck.example")

    answer = client.get(f"{LINK}callback/?code=x&state=forged")

    assert answer["Location"] == reverse("account_login")
    assert not _is_in(client)


def test_a_provider_that_is_away_is_a_sentence(client: Client, provider: Provider) -> None:
    provider.is_away = True

    answer = client.get(LINK, follow=True)

    assert answer.request["PATH_INFO"] == reverse("account_login")
    assert "Single sign-on" in answer.content.decode()


def test_without_the_environment_there_is_no_such_page(client: Client) -> None:
    assert client.get(LINK).status_code == 404
    assert client.get("/account/login/with/github/").status_code == 404
