"""Clients that send or read slowly, many at once: everybody else is served all the same."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from tests.web.conftest import Site

pytestmark = pytest.mark.faults


@contextmanager
def clients(count: int, connect: Callable[[], socket.socket]) -> Iterator[list[socket.socket]]:
    connected = [connect() for _ in range(count)]
    try:
        yield connected
    finally:
        for client in connected:
            client.close()


@pytest.mark.parametrize("count", [8, 100, 500])
def test_unfinished_heads_stop_nobody(site: Site, count: int) -> None:
    unfinished = b"GET /account/login/ HTTP/1.1\r\nHost: quarterd"
    with clients(count, lambda: site.connect(unfinished)):
        assert b"Sign in" in site.get()


def test_unfinished_bodies_stop_nobody(site: Site) -> None:
    begun = site.head(
        "POST /account/login/ HTTP/1.1",
        "Content-Type: application/x-www-form-urlencoded",
        # Whatever looks at the session takes a connection to the database.
        f"Cookie: {settings.SESSION_COOKIE_NAME}=invented",
        "Content-Length: 100000",
    )
    with clients(300, lambda: site.connect(begun + b"a")) as slow:
        for _ in range(2):
            for client in slow:
                client.sendall(b"b")
            assert b"Sign in" in site.get()


def test_slow_readers_and_idle_connections_stop_nobody(site: Site) -> None:
    request = site.head("GET /account/login/ HTTP/1.1")
    script = max(re.findall(rb'(?:src|href)="(/static/[^"]+)"', site.get()), key=len).decode()
    large = site.head(f"GET {script} HTTP/1.1")
    with (
        clients(200, lambda: site.connect(request)),
        clients(200, lambda: site.connect(large, window=2048)),
        clients(200, site.connect),
    ):
        assert b"Sign in" in site.get()


def test_who_never_finishes_a_head_is_hung_up_on(site: Site) -> None:
    with site.connect(b"GET / HTTP/1.1\r\n") as client:
        until = time.monotonic() + 90
        # A byte now and then keeps it alive for no longer.
        while time.monotonic() < until:
            try:
                client.sendall(b"x")
                client.settimeout(1)
                if client.recv(100) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return
        pytest.fail("The connection was still open.")


def test_a_large_body_is_refused_unread_and_the_answer_arrives(site: Site) -> None:
    """Though the client goes on sending: hanging up on it would take the answer away."""
    head = site.head("POST /account/login/ HTTP/1.1", "Content-Length: 50000000")
    with site.connect(head + b"x" * 200_000) as client:
        client.sendall(b"x" * 200_000)
        answer = client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_body_is_never_taken_for_another_request(site: Site) -> None:
    smuggled = b"GET /account/reset/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for length in ("Content-Length: 50000000", "Transfer-Encoding: chunked"):
        with site.connect(site.head("POST /account/login/ HTTP/1.1", length) + smuggled) as client:
            answer = b""
            while part := client.recv(65536):
                answer += part
        assert answer.count(b"HTTP/1.1 ") == 1
        assert answer.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 411 "))
