"""Attempts are limited, and nobody is locked out of their account by what somebody else tries."""

from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.signin.links import password_link_send
from apps.audit.models import Event
from tests.accounts.signing_in import PASSWORD, code, sign_in, signed_in, staff, with_app

pytestmark = pytest.mark.django_db
TOO_OFTEN = "Too many attempts"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel("2026-03-02 09:00Z", tick=False) as clock:
        yield clock


def _at(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def _fails(client: Client, email: str, times: int) -> Any:
    for _ in range(times):
        page = sign_in(client, email, "not this one at all")
    return page


def _is_refused(page: Any) -> bool:
    return page.status_code == 200 and TOO_OFTEN in page.content.decode()


def test_an_account_is_tried_five_times_from_one_address(clock: Any) -> None:
    user = staff()
    stranger = _at("192.0.2.1")

    assert not _is_refused(_fails(stranger, user.email, 5))
    assert _is_refused(sign_in(stranger, user.email))

    clock.shift(5 * 60 + 1)
    assert sign_in(stranger, user.email).status_code == 302


def test_an_unknown_account_is_limited_just_the_same() -> None:
    page = _fails(_at("192.0.2.1"), "nobody@example.org", 6)

    assert _is_refused(page)


def test_a_stranger_does_not_shut_the_owner_out_of_their_browser() -> None:
    user = staff()
    owner = _at("192.0.2.7")
    sign_in(owner, user.email)
    owner.post(reverse("account_logout"))

    for number in range(12):
        _fails(_at(f"198.51.100.{number}"), user.email, 5)
    _fails(_at("192.0.2.7"), user.email, 5)

    # The account is shut for browsers that nobody knows, and open for the owner's.
    assert _is_refused(sign_in(_at("203.0.113.5"), user.email))
    assert sign_in(owner, user.email).status_code == 302


def test_a_link_from_the_mailbox_makes_a_new_browser_known() -> None:
    user = staff()
    for number in range(12):
        _fails(_at(f"198.51.100.{number}"), user.email, 5)
    owner = _at("203.0.113.5")
    assert _is_refused(sign_in(owner, user.email))

    password_link_send(email=user.email)
    (link,) = [line for line in mail.outbox[0].body.splitlines() if "/account/" in line]
    page = owner.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    new = "another horse battery"
    owner.post(page.request["PATH_INFO"], {"password1": new, "password2": new})

    assert sign_in(owner, user.email, new).status_code == 302


def test_a_known_browser_is_limited_by_itself() -> None:
    user = staff()
    owner = _at("192.0.2.7")
    sign_in(owner, user.email)
    owner.post(reverse("account_logout"))

    assert _is_refused(_fails(owner, user.email, 11))


def test_a_forged_cookie_makes_no_browser_known() -> None:
    user = staff()
    stranger = _at("192.0.2.1")
    stranger.cookies["known_browser"] = "eyJhIjoiYiJ9:forged"

    assert _is_refused(_fails(stranger, user.email, 6))


def test_an_address_is_limited_over_all_accounts() -> None:
    stranger = _at("192.0.2.1")
    for number in range(30):
        page = sign_in(stranger, f"person{number}@nowhere.example")
    assert not _is_refused(page)

    assert _is_refused(sign_in(stranger, staff().email))


def test_who_gets_it_right_uses_nothing_up() -> None:
    user = staff()
    for _ in range(8):
        assert sign_in(_at("192.0.2.1"), user.email).status_code == 302


def test_codes_are_limited(client: Client) -> None:
    user = staff()
    with_app(user)
    sign_in(client, user.email)

    for _ in range(6):
        page = client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert TOO_OFTEN in page.content.decode()
    right = client.post(reverse("mfa_authenticate"), {"code": code(user)})
    assert right.status_code == 200


def test_asking_once_more_is_limited(client: Client) -> None:
    signed_in(client)

    for _ in range(11):
        page = client.post(reverse("account_reauthenticate"), {"password": "not this one"})

    assert TOO_OFTEN in page.content.decode() or page.status_code == 429
    right = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert right.status_code in (200, 429)


def test_the_log_stays_small_under_attack() -> None:
    user = staff()

    _fails(_at("192.0.2.1"), user.email, 40)

    assert Event.objects.filter(kind="sign_in_failed").count() == 6


@pytest.mark.parametrize(
    ("trusted", "connects", "forwarded", "client_is"),
    [
        ([], "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (["10.0.0.0/8"], "192.0.2.66", "203.0.113.9", "192.0.2.66"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "nonsense", "10.0.0.1"),
        (["10.0.0.0/8"], "", "203.0.113.9", "203.0.113.9"),
        (["::1"], "::1", "[2001:db8::1]:4711", "2001:db8::1"),
    ],
)
def test_a_proxys_word_counts_only_where_it_is_trusted(
    settings: Any, trusted: list[str], connects: str, forwarded: str, client_is: str
) -> None:
    settings.TRUSTED_PROXIES = trusted
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    client = Client(REMOTE_ADDR=connects, headers=headers)

    signed_in(client)

    event = Event.objects.filter(kind="sign_in").latest("id")
    assert event.change_set.address == client_is
