"""The Content-Security-Policy that every response carries."""

import re
from contextlib import closing
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import SuperuserFactory

pytestmark = pytest.mark.django_db


def policy(response: Any) -> dict[str, list[str]]:
    directives = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {directive: sources for directive, *sources in directives}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/account/login/", 200),
        ("/admin/", 302),
        ("/admin/no-such-page/", 302),
        ("/no-such-page/", 404),
        ("/invitations/no-such-token/", 404),
        ("/static/core/favicon.svg", 200),
    ],
)
def test_every_response_carries_the_policy(client: Client, address: str, status: int) -> None:
    with closing(client.get(address)) as response:
        assert response.status_code == status
    allowed = policy(response)
    assert allowed["default-src"] == ["'none'"]
    assert allowed["frame-ancestors"] == allowed["base-uri"] == allowed["object-src"] == ["'none'"]
    assert allowed["form-action"] == allowed["connect-src"] == ["'self'"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "*" not in response["Content-Security-Policy"]


def test_an_answer_to_a_wrong_host_carries_it_too(client: Client) -> None:
    response = client.get("/admin/", headers={"host": "elsewhere.example"})

    assert response.status_code == 400
    assert policy(response)["default-src"] == ["'none'"]


def test_what_stands_inline_carries_the_nonce_of_its_response(client: Client) -> None:
    client.force_login(SuperuserFactory())

    nonces = set()
    for _ in range(2):
        response = client.get(reverse("admin:index"))
        allowed = policy(response)
        (nonce,) = set(re.findall(r"nonce-([\w-]+)", response["Content-Security-Policy"]))
        assert f"'nonce-{nonce}'" in allowed["script-src"]
        assert f"'nonce-{nonce}'" in allowed["style-src"]
        assert f'nonce="{nonce}"' in response.text
        nonces.add(nonce)
    assert len(nonces) == 2
