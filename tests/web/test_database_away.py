"""The database killed, restarted, recovering, full or paused: each request answers soon, in our words."""

import html
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from apps.accounts.models import User
from apps.backoffice import error_pages
from apps.core.availability import PAUSE_SECONDS
from deploy.standalone import postgresql
from deploy.standalone.postgresql.server import Server
from tests.config.slim import ROOT, plain_environment, run
from tests.config.test_embedded import servers
from tests.config.test_entry import free_port
from tests.other_processes import paused

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("database away")]

# Much more than the two seconds that are promised: the machine may be busy. Less than any time-out was.
SOON = 8
SESSION = """
import django
django.setup()
from tests.factories.accounts import SuperuserFactory, sudo_client
client = sudo_client(SuperuserFactory(email="root@quarterdeck.example"))
from django.conf import settings
print(client.cookies[settings.SESSION_COOKIE_NAME].value)
"""


@dataclass
class Answer:
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0


@dataclass
class Away:
    """A web server with an embedded database of its own, which the test may do anything to."""

    var: Path
    port: int
    log: Path
    cookie: str = ""

    def ask(self, path: str, method: str = "GET", body: str = "") -> Answer:
        begun = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link.request(method, path, body or None, headers)
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return Answer(
            answer.status, html.unescape(text), dict(answer.headers), time.monotonic() - begun
        )

    def paused(self) -> AbstractContextManager[None]:
        """Stop the server's processes: all of them, whatever they call themselves."""
        return paused(psutil.Process(self.postmaster()), with_children=True)

    def postmaster(self) -> int:
        return int((Server(self.var).data / "postmaster.pid").read_text().split()[0])

    def wait_until_well(self) -> None:
        """Wait for a while in which every answer is well: a process may be sparing a silent server."""
        until = time.monotonic() + 120
        since = time.monotonic()
        while time.monotonic() - since < 2 * PAUSE_SECONDS:
            assert time.monotonic() < until, self.log.read_text()[-4000:]
            if self.ask("/healthz").status != 200:
                since = time.monotonic()
            time.sleep(0.05)


@pytest.fixture(scope="module")
def away() -> Iterator[Away]:
    with tempfile.TemporaryDirectory(prefix="quarterdeck-") as folder:
        var, port = Path(folder) / "var", free_port()
        variables = {
            "VAR_DIR": str(var),
            "PORT": str(port),
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
        }
        python = Path(sys.executable)
        made = run(python, "-m", "deploy.standalone.prepare", **variables)
        assert made.returncode == 0, made.stderr
        log = Path(folder) / "web.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.py", "config.wsgi"],
                cwd=ROOT,
                env=plain_environment(**variables),
                stdout=out,
                stderr=out,
            )
        served = Away(var, port, log)
        try:
            session = run(python, "-W", "ignore", "-c", SESSION, **variables)
            assert session.returncode == 0, session.stderr
            served.cookie = f"sessionid{port}={session.stdout.strip()}; csrftoken{port}={'c' * 32}"
            until = time.monotonic() + 120
            while True:
                with suppress(OSError):
                    if served.ask("/healthz").status == 200:
                        break
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.2)
            yield served
        finally:
            process.terminate()
            process.wait(60)


PAGES = [
    ("GET", "/admin/", ""),
    ("GET", "/admin/accounts/user/", ""),
    ("GET", "/account/login/", ""),
    ("GET", "/nowhere/", ""),
    ("GET", "/healthz", ""),
    ("POST", "/account/login/", "login=a@example.org&password=b&csrfmiddlewaretoken=" + "c" * 32),
    ("POST", "/admin/organizations/organization/add/", "name=Half&csrfmiddlewaretoken=" + "c" * 32),
]


def every_page_says_so(away: Away) -> None:
    for _ in range(2):
        for method, path, body in PAGES:
            answer = away.ask(path, method, body)
            assert answer.status == 503, (method, path, answer.status, away.log.read_text()[-3000:])
            assert "Quarterdeck isn't available right now" in answer.body
            assert int(answer.headers["Retry-After"]) > 0
            assert "Content-Security-Policy" in answer.headers
            assert answer.seconds < SOON, (method, path, answer.seconds)
            assert ("Your request was not stored" in answer.body) == (method == "POST")


def everything_is_well(away: Away) -> None:
    away.wait_until_well()
    # More requests than there are threads: none of them meets a connection from before.
    for _ in range(30):
        assert away.ask("/admin/").status == 200, away.log.read_text()[-3000:]
    names = "SELECT count(*) FROM organizations_organization WHERE name = 'Half'"
    with psycopg.connect(postgresql.url(away.var)) as connection:
        assert connection.execute(names).fetchone() == (0,)


def static_file(away: Away) -> str:
    return "/static/core/" + next((away.var / "static" / "core").glob("*.css")).name


def test_with_the_database_paused_each_page_says_so(away: Away) -> None:
    everything_is_well(away)
    with away.paused():
        every_page_says_so(away)
        assert away.ask(static_file(away)).status == 200
    everything_is_well(away)


def test_a_request_in_the_middle_does_not_wait_for_a_database_that_went_silent(away: Away) -> None:
    everything_is_well(away)
    with psycopg.connect(postgresql.url(away.var)) as blocking, ThreadPoolExecutor() as threads:
        blocking.execute("LOCK TABLE accounts_user")
        asked = [threads.submit(away.ask, "/admin/accounts/user/") for _ in range(20)]
        time.sleep(0.5)
        with away.paused():
            answers = [each.result() for each in asked]
    for answer in answers:
        assert answer.status == 503, answer.body[:500]
        assert "Quarterdeck isn't available right now" in answer.body
        assert answer.seconds < 2 * SOON
    everything_is_well(away)


def test_a_slow_statement_is_not_taken_for_a_silent_database(away: Away) -> None:
    everything_is_well(away)
    with ThreadPoolExecutor() as threads:
        with psycopg.connect(postgresql.url(away.var)) as blocking:
            blocking.execute("LOCK TABLE accounts_user")
            asked = threads.submit(away.ask, "/admin/accounts/user/")
            time.sleep(5)
        assert asked.result().status == 200


def test_the_page_that_says_so_asks_nothing_of_the_database() -> None:
    """Also where the database ended before anybody had asked who the request's person is."""
    request = RequestFactory().post("/admin/")
    request.user = SimpleLazyObject(User.objects.get)  # type: ignore[assignment]
    request.session = SessionStore("never loaded")

    answer = error_pages.unavailable(request, was_begun=True)

    assert answer.status_code == 503
    assert "Quarterdeck isn't available right now" in html.unescape(answer.content.decode())


def test_with_the_database_stopped_each_page_says_so_until_it_is_back(away: Away) -> None:
    everything_is_well(away)
    keeper = next(each for each in servers(away.var) if each.name() != "postgres")
    with paused(keeper):
        os.kill(away.postmaster(), signal.SIGINT)
        until = time.monotonic() + 60
        while away.ask("/healthz").status == 200:
            assert time.monotonic() < until
            time.sleep(0.1)
        every_page_says_so(away)
        assert away.ask(static_file(away)).status == 200
    everything_is_well(away)


def test_while_the_database_recovers_nothing_but_our_page_is_shown(away: Away) -> None:
    everything_is_well(away)
    with psycopg.connect(postgresql.url(away.var), autocommit=True) as connection:
        connection.execute("CREATE TABLE ballast AS SELECT generate_series(1, 2000000) AS n")
    os.kill(away.postmaster(), signal.SIGKILL)

    statuses = set()
    until = time.monotonic() + 5
    while time.monotonic() < until:
        answer = away.ask("/admin/")
        statuses.add(answer.status)
        assert answer.seconds < SOON
        assert answer.status == 200 or "Quarterdeck isn't available right now" in answer.body

    assert statuses <= {200, 503}
    everything_is_well(away)


def test_without_a_free_connection_each_page_says_so(away: Away) -> None:
    everything_is_well(away)
    taken = []
    try:
        with psycopg.connect(postgresql.url(away.var), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                "pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        while True:
            with suppress(psycopg.OperationalError):
                taken.append(psycopg.connect(postgresql.url(away.var)))
                continue
            break
        every_page_says_so(away)
    finally:
        for connection in taken:
            connection.close()
    everything_is_well(away)
