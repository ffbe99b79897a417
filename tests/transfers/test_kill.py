"""Workers killed with -9 in the middle, again and again: the import ends as if nothing had happened.

Runs under a target of its own (`make kill-test`): it starts real worker processes on a database of
the test's own, kills them at different moments, and looks at every row at the end. Bounded in time.
"""

import html
import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.organizations.models import Membership
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.options import Matching
from apps.transfers.selectors import plan_rows
from apps.transfers.services import (
    import_run_cancel,
    import_run_confirm,
    import_run_match,
    import_run_start,
    import_run_undo,
)
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import OrganizationFactory
from tests.transfers.engine import MEMBER_HEADER, text_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS = int(os.environ.get("KILL_ROWS", "100000"))
KILLS = int(os.environ.get("KILL_TIMES", "20"))
DEADLINE = 600

# A worker that looks for work as the sweeper does, without a broker in between.
WORKER = """
import os, sys, time, django
from django.conf import settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.JOB_STALE_SECONDS = 1.5
settings.CELERY_TASK_ALWAYS_EAGER = False
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from apps.core.jobs import waiting_jobs
from apps.transfers.engine import driver
from apps.transfers.engine.undo import driver as undo_driver
from apps.transfers.models import ImportRun, UndoRun
import apps.transfers.engine.driver as engine
from apps.transfers.engine.runs import endings
engine.mail_result = endings.mail_result = lambda run: None
advance = {ImportRun: driver.advance, UndoRun: undo_driver.advance}
print("up", flush=True)
while True:
    for job in waiting_jobs(advance):
        advance[type(job)](job.pk)
    time.sleep(0.05)
"""


class Worker:
    """One worker process after the other, on the test's database."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.kills = 0

    def start(self) -> None:
        name = connection.settings_dict["NAME"]
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", WORKER, str(name)],
            cwd=Path(__file__).resolve().parents[2],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "up"

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None
            self.kills += 1


@pytest.fixture
def worker(settings: Any) -> Iterator[Worker]:
    settings.JOB_STALE_SECONDS = 1.5
    # What is tried here is the worker's end, not who must agree to so many rows.
    settings.FOUR_EYES = {}
    one = Worker()
    one.start()
    yield one
    one.kill()
    connections.close_all()


def until(
    worker: Worker, run: ImportRun | UndoRun, states: tuple[str, ...], kills: list[float]
) -> None:
    """Wait for a state; meanwhile kill the worker after each of the given delays, and start another."""
    deadline = time.monotonic() + DEADLINE
    next_kill = time.monotonic() + kills[0] if kills else None
    while True:
        run.refresh_from_db()
        if run.state in states:
            return
        assert time.monotonic() < deadline, f"still {run.state} after {DEADLINE} s"
        if next_kill is not None and time.monotonic() >= next_kill:
            worker.kill()
            worker.start()
            kills.pop(0)
            next_kill = time.monotonic() + kills[0] if kills else None
        time.sleep(0.03)


def roster(rows: int) -> bytes:
    roles = ("member", "chair", "vice chair", "member")
    return text_of(
        [
            MEMBER_HEADER,
            *(
                [f"p{n}@example.org", f"First{n}", "Last", "", f"H-{n % 50}", roles[n % 4]]
                for n in range(rows)
            ),
        ]
    ).encode()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> ImportRun:
    # No broker: the worker finds the row by itself, as after a lost message.
    monkeypatch.setattr("apps.core.sending.send_now", lambda *_args, **_kwargs: None)
    for number in range(50):
        OrganizationFactory(name=f"Harbor {number}", external_id=f"H-{number}")
    return import_run_start(
        dataset="members",
        file=ContentFile(roster(ROWS), name="roster.csv"),
        actor=SuperuserFactory(),
    )


def whole(run: ImportRun) -> None:
    """Every row is there once, the history is exactly the changes, the counts add up."""
    assert run.results == {"created": ROWS, "updated": 0, "drifted": 0, "vanished": 0}
    assert (run.rows_done, run.rows_to_do) == (ROWS, ROWS)
    assert Membership.objects.count() == ROWS
    assert User.objects.filter(email__startswith="p").count() == ROWS
    assert Membership.history.count() == ROWS
    assert Membership.history.values("id").distinct().count() == ROWS
    assert User.history.filter(email__startswith="p").count() == ROWS


def test_twenty_kills_leave_one_whole_import(worker: Worker, started: ImportRun) -> None:
    run = started
    moments = random.Random(7)  # noqa: S311  Any moments will do, but the same each time.
    kills = [moments.uniform(0.05, 1.0) for _ in range(KILLS)]
    until(worker, run, ("read",), kills[: KILLS // 5])
    import_run_match(run=run, matching=Matching.from_json(run.matching), actor=run.user)
    until(worker, run, ("planned",), kills[KILLS // 5 : KILLS // 2])
    assert run.counts == {"create": ROWS}
    import_run_confirm(run=run, plan_token=run.plan_token, reason="kill test", actor=run.user)
    until(worker, run, ("applied", "applied_in_part", "failed"), kills[KILLS // 2 :])
    assert (run.state, run.error) == ("applied", "")
    assert worker.kills >= KILLS // 2
    whole(run)


@pytest.mark.skipif(ROWS < 100_000, reason="Fewer rows are applied before a cancel can reach them.")
def test_cancel_at_forty_percent_and_undo_of_what_was_applied(
    worker: Worker, started: ImportRun
) -> None:
    run = started
    until(worker, run, ("read",), [])
    import_run_match(run=run, matching=Matching.from_json(run.matching), actor=run.user)
    until(worker, run, ("planned",), [])
    import_run_confirm(run=run, plan_token=run.plan_token, reason="kill test", actor=run.user)
    while run.rows_done < 0.4 * ROWS:
        time.sleep(0.01)
        run.refresh_from_db()
    import_run_cancel(run=run, actor=run.user)
    until(worker, run, ("applied_in_part", "applied"), [])
    done = run.results["created"]
    assert run.error.startswith(f"Canceled: {done:,} of {ROWS:,} rows were applied")
    assert Membership.objects.count() == Membership.history.count() == done < ROWS
    assert (
        run.checkpoint == plan_rows(run, outcome="applied", after=run.checkpoint - 1).rows[0].number
    )
    undo = import_run_undo(run=run, reason="undo of a part", actor=run.user)
    until(worker, undo, ("undone", "undone_in_part", "failed"), [0.3, 0.5])
    assert (undo.state, undo.results["removed"]) == ("undone", 2 * done)
    assert (undo.results["reverted"], undo.results["kept"]) == (0, 0)
    assert not Membership.objects.exists()
    assert Membership.history.count() == 2 * done
    assert User.objects.filter(email__startswith="p", status="active").count() == 0


# Gunicorn with two processes of its own, on the test's database.
WEB = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.ALLOWED_HOSTS = ["127.0.0.1"]
# However many rows: one person is enough here.
settings.FOUR_EYES = {}
django.setup()
from django.core.wsgi import get_wsgi_application
from django.db import connections
from gunicorn.app.base import BaseApplication
import apps.core.sending as sending
connections["default"].settings_dict["NAME"] = sys.argv[1]
# No broker: every message is lost, and the worker finds the row by itself.
sending.send_now = lambda *args, **kwargs: None

class Web(BaseApplication):
    def load_config(self):
        self.cfg.set("bind", sys.argv[2])
        self.cfg.set("workers", 2)
        self.cfg.set("loglevel", "warning")
    def load(self):
        return get_wsgi_application()

Web().run()
"""
TOKEN = "c" * 32


class Site:
    """An agent's requests to a web server of its own, with nothing but a cookie in hand."""

    def __init__(self, cookie: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.cookie = f"{cookie}; csrftoken={TOKEN}"
        self.process = subprocess.Popen(
            [
                sys.executable, "-W", "ignore", "-c", WEB,
                connection.settings_dict["NAME"], f"127.0.0.1:{self.port}",
            ],
            cwd=Path(__file__).resolve().parents[2],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
        )  # fmt: skip

    def ask(
        self, method: str, address: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, str, str]:
        headers = {"Cookie": self.cookie} | ({"Content-Type": kind} if kind else {})
        for _ in range(200):
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            try:
                link.request(method, address, body or None, headers)
                answer = link.getresponse()
                return answer.status, answer.getheader("Location") or "", answer.read().decode()
            except ConnectionRefusedError:
                time.sleep(0.1)
            finally:
                link.close()
        raise AssertionError("The web server does not answer.")

    def version(self, address: str) -> str:
        """Return what says on which version a page was opened."""
        found = re.search(r'name="_opened"\s+value="([^"]*)"', self.ask("GET", address)[2])
        assert found, address
        return html.unescape(found[1])

    def post(self, address: str, **fields: str) -> str:
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields}).encode()
        status, location, page = self.ask(
            "POST", address, body, "application/x-www-form-urlencoded"
        )
        assert status == 302, page[-2000:]
        return location

    def upload(self, address: str, content: bytes, **fields: str) -> str:
        mark = "----roster"
        parts = "".join(
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {"csrfmiddlewaretoken": TOKEN, **fields}.items()
        )
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="roster.csv"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        body = parts.encode() + head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        status, location, page = self.ask("POST", address, body, kind)
        assert status == 302, page[-2000:]
        return location

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture
def site() -> Iterator[Site]:
    client = Client()
    client.force_login(SuperuserFactory(email="agent@quarterdeck.example"))
    name = settings.SESSION_COOKIE_NAME
    one = Site(f"{name}={client.cookies[name].value}")
    yield one
    one.close()


def test_the_pages_of_a_real_web_server_lead_through_an_import_whose_workers_die(
    worker: Worker, site: Site
) -> None:
    for number in range(50):
        OrganizationFactory(name=f"Harbor {number}", external_id=f"H-{number}")
    new = reverse("admin:transfers_importrun_new")
    page = site.upload(new, roster(ROWS), dataset="members")
    run = ImportRun.objects.get()
    until(worker, run, ("read",), [0.2])
    assert site.ask("GET", page)[0] == 200
    columns = reverse("admin:transfers_importrun_columns", args=[run.pk])
    check = site.post(columns, mode="upsert", on_error="skip", _opened=site.version(columns))
    until(worker, run, ("planned",), [0.3, 0.6])
    assert f"Apply {ROWS:,} rows" in site.ask("GET", check)[2]
    watch = site.post(check, plan_token=run.plan_token, reason="Through the web", apply="1")
    until(worker, run, ("applied", "applied_in_part", "failed"), [0.3, 0.5, 0.7])
    assert (run.state, run.error) == ("applied", "")
    assert f"{ROWS:,} rows applied" in site.ask("GET", watch)[2]
    assert worker.kills >= 3
    whole(run)
