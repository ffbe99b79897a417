"""The web server as it is deployed, on the test's database."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.config.slim import ROOT, plain_environment


class Site:
    """Sends requests to the server, whole and in parts."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.log = log

    def get(self, path: str = "/account/login/") -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=15) as page:
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


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[Site]:
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
