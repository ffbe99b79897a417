"""Messages to the workers: a broker that is away fails no request and holds none up for long."""

import ast
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.test import Client
from django.urls import reverse

from apps.core import cache as core_cache
from apps.core import sending
from apps.organizations.models import Invitation
from config import env, queues
from tests.accounts.signing_in import PASSWORD, staff
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import OrganizationFactory
from tests.schedules.conftest import switch_broker

SENDERS = {"delay", "apply_async", "send_task", "on_commit", "delay_on_commit"}
HOME = "apps/core/sending.py"


def test_messages_go_from_one_place() -> None:
    """Elsewhere a broker that is away would fail the request, or be waited for without an end."""
    found = set()
    for top in ("apps", "config"):
        for path in (settings.BASE_DIR / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and node.attr in SENDERS:
                    found.add(str(path.relative_to(settings.BASE_DIR)))
    # Forgets after the commit what pages of this process show, and sends nothing.
    assert found == {HOME, "apps/schedules/pauses.py"}


class Redis:
    """A real server, which can be silent, or stopped and started again on its port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("redis-server did not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def silence(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def redis(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    """The product on a real Redis, with the settings of production."""
    server = Redis(tmp_path)
    before = current_app.conf.broker_url, current_app.conf.broker_transport_options
    switch_broker(server.url, queues.broker_options(server.url, tmp_path))
    settings.CACHES = {**queues.caches(server.url), "flags": settings.CACHES["flags"]}
    monkeypatch.setattr(sending, "_paused_until", 0.0)
    monkeypatch.setattr(core_cache, "_paused_until", 0.0)
    yield server
    switch_broker(*before)
    caches.close_all()
    server.wake()
    server.stop()


def gone(redis: Redis) -> None:
    redis.stop()


def silent(redis: Redis) -> None:
    redis.silence()


AWAY = pytest.mark.parametrize("away", [gone, silent])


def invite(client: Client, email: str) -> Any:
    organization = OrganizationFactory()
    return client.post(
        reverse("admin:organizations_invitation_add"),
        {"organization": organization.pk, "email": email, "role": "member", "_reason": "Asked"},
    )


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@AWAY
def test_an_invitation_is_made_although_the_broker_is_away(redis: Redis, away: Any) -> None:
    client = Client()
    client.force_login(SuperuserFactory())
    assert invite(client, "first@example.org").status_code == 302
    away(redis)

    # Without a bound on each wait this would not return.
    answer = invite(client, "second@example.org")

    assert answer.status_code == 302
    waiting = Invitation.objects.unsent().values_list("email", flat=True)
    assert "second@example.org" in waiting


@pytest.mark.django_db(transaction=True)
@AWAY
def test_people_sign_in_and_are_limited_although_the_cache_is_away(redis: Redis, away: Any) -> None:
    user = staff()
    away(redis)
    client = Client()
    sign_in_at = reverse("account_login")

    answers = [
        client.post(sign_in_at, {"login": user.email, "password": "wrong"}) for _ in range(30)
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert b"Too many attempts" in answers[-1].content

    known = Client(REMOTE_ADDR="192.0.2.77")
    other = staff()
    answer = known.post(sign_in_at, {"login": other.email, "password": PASSWORD})
    assert answer.status_code == 302


@pytest.mark.django_db(transaction=True)
def test_messages_go_again_as_soon_as_the_broker_is_back(redis: Redis) -> None:
    assert sending.send_now("tests.nothing") is not None
    redis.stop()
    assert sending.send_now("tests.nothing") is None
    assert sending.is_broker_away()
    redis.start()
    sending._paused_until = 0.0
    # The connections of the pool are stale.
    assert sending.send_now("tests.nothing") is not None


@pytest.mark.faults
def test_a_thousand_messages_wait_for_a_silent_broker_once(
    redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    redis.silence()
    assert {sending.send_now("tests.nothing") for _ in range(1000)} == {None}
    assert len(caplog.records) == 1


@pytest.mark.django_db(transaction=True)
def test_a_broker_folder_that_cannot_be_written_fails_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_paused_until", 0.0)
    folder = tmp_path / "broker"
    folder.mkdir()
    # A file where the folder should be stops also a process of root.
    (folder / "queue").write_text("")
    before = current_app.conf.broker_url, current_app.conf.broker_transport_options
    switch_broker("files://localhost//", queues.broker_options("", tmp_path))
    try:
        client = Client()
        client.force_login(SuperuserFactory())
        assert invite(client, "zoe@example.org").status_code == 302
    finally:
        switch_broker(*before)
    assert Invitation.objects.unsent().filter(email="zoe@example.org").exists()


@pytest.mark.django_db(transaction=True)
def test_what_follows_a_commit_cannot_fail_what_was_committed() -> None:
    def fails() -> None:
        raise RuntimeError("what follows")

    done: list[str] = []
    with transaction.atomic():
        sending.after_commit(fails)
        sending.after_commit(lambda: done.append("after it"))

    assert done == ["after it"]


def test_a_full_disk_leaves_no_part_of_a_message_in_the_broker_folder(tmp_path: Path) -> None:
    """A broker on a disk that is full takes a message whole or not at all."""
    program = (
        "import resource, sys\n"
        "from kombu import Connection\n"
        "import deploy.standalone.file_broker\n"
        "from config.queues import broker_options\n"
        "from pathlib import Path\n"
        "var = Path(sys.argv[1])\n"
        "with Connection('files://localhost//', transport_options=broker_options('', var)) as broker:\n"
        "    queue = broker.SimpleQueue('celery')\n"
        "    queue.put('small')\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "    try:\n"
        "        queue.put('x' * 5000)\n"
        "    except OSError as error:\n"
        "        print(error.strerror)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=env.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.stdout, done.stderr) == ("File too large\n", "")
    assert len(list((tmp_path / "broker" / "queue" / "celery").iterdir())) == 1
    assert list((tmp_path / "broker" / "taken").iterdir()) == []
