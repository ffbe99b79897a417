"""One client has one address, however the server and the proxies write it."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from apps.core.client_address import ClientAddressMiddleware
from tests.factories.accounts import UserFactory


def seen(remote: str, forwarded: str = "") -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"x-forwarded-for": forwarded})

    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    return ClientAddressMiddleware(answer)(request).content.decode()


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("::FFFF:c633:6407", "198.51.100.7"),
        ("64:ff9b::198.51.100.7", "198.51.100.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("2001:0DB8:0:0::7", "2001:db8::7"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_an_ipv4_client_of_an_ipv6_server_has_its_own_address(remote: str, address: str) -> None:
    assert seen(remote) == address


@pytest.mark.parametrize("proxy", ["10.0.0.0/8", "::ffff:10.0.0.0/104", "::ffff:10.0.0.1"])
@pytest.mark.parametrize("remote", ["10.0.0.1", "::ffff:10.0.0.1"])
@pytest.mark.parametrize(
    "client", ["198.51.100.7", "::ffff:198.51.100.7", "[::ffff:198.51.100.7]:443"]
)
def test_a_proxy_is_known_in_either_writing(
    proxy: str, remote: str, client: str, settings: object
) -> None:
    settings.TRUSTED_PROXIES = [proxy]  # type: ignore[attr-defined]

    assert seen(remote, forwarded=f"203.0.113.9, {client}") == "198.51.100.7"


def test_an_address_that_no_proxy_wrote_is_not_believed(settings: object) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]  # type: ignore[attr-defined]

    assert seen("::ffff:198.51.100.7", forwarded="203.0.113.9") == "198.51.100.7"


@pytest.mark.django_db
def test_many_ipv4_clients_do_not_share_one_limit() -> None:
    """A limit counts an IPv6 client by its /64, in which all mapped addresses lie."""
    person = UserFactory()
    posted = {"login": person.email, "password": "wrong"}

    answers = [
        Client(REMOTE_ADDR=f"::ffff:198.51.100.{number}").post("/account/login/", posted)
        for number in range(1, 9)
    ]

    output = [answer.content.decode() for answer in answers]
    assert (
        len(
            {
                "Too many" in page or answer.status_code == 429
                for page, answer in zip(output, answers, strict=True)
            }
        )
        == 1
    )
