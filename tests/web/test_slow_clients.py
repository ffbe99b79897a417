"""Clients that send or read slowly, many at once: everybody else is served all the same."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.config.slim import ROOT, plain_environment

pytestmark = pytest.mark.django_db(transaction=True)


class Site:
    """A web server as it is deployed, on the test's database."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.log = log

    def get(self, path: str = "/account/login/") -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as page:
            assert page.status == 200
            body: bytes = page.read()
            return body

    def connect(self, send: bytes = b"", *, window: int = 0) -> socket.socket:
        client = socket.socket()
        if window:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        client.settimeout(60)
        client.connect(("127.0.0.1", self.port))
        client.sendall(send)
        return client

    def head(self, line: str, *more: str) -> bytes:
        return "\r\n".join([line, f"Host: 127.0.0.1:{self.port}", *more, "", ""]).encode()


@contextmanager
def clients(count: int, connect: Callable[[], socket.socket]) -> Iterator[list[socket.socket]]:
    connected = [connect() for _ in range(count)]
    try:
        yield connected
    finally:
        for client in connected:
            client.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    database = connection.settings_dict
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "web.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.py", "config.wsgi"],
            cwd=ROOT,
            env=plain_environment(
                DJANGO_SETTINGS_MODULE="config.settings.test",
                DATABASE_URL=f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
                VAR_DIR=str(tmp_path / "var"),
                PORT=str(port),
            ),
            stdout=out,
            stderr=out,
        )
    served = Site(port, log)
    try:
        until = time.monotonic() + 120
        while True:
            try:
                served.get()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.2)
        yield served
    finally:
        process.terminate()
        process.wait(30)


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
