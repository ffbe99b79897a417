"""The watch for the scheduler in a web process: it tells without beat, and mails without a worker."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from apps.core.models import QueuedMail
from apps.schedules import watch
from apps.schedules.alarm_mails import unsent_mails_send
from apps.schedules.heartbeat import heartbeat_write
from apps.schedules.models import Alarm, SchedulerHeartbeat
from apps.schedules.services.alarms import alarms_tend
from tests.at_once import at_once
from tests.factories.accounts import SuperuserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _silent() -> None:
    SuperuserFactory(email="ops@quarterdeck.example")
    heartbeat_write()
    SchedulerHeartbeat.objects.update(at=timezone.now() - timedelta(minutes=3))


def pass_a_minute() -> None:
    """Let no worker have sent the mails for a minute."""
    QueuedMail.objects.update(created_at=timezone.now() - timedelta(minutes=1))


def test_without_scheduler_and_worker_the_web_process_mails_once() -> None:
    watch.look()
    watch.look()
    # A worker may still send it.
    assert mail.outbox == []
    pass_a_minute()

    at_once([watch.look] * 4)

    assert [message.subject for message in mail.outbox] == ["The scheduler is silent"]
    assert "Check that the process “beat” is running" in mail.outbox[0].body
    assert set(QueuedMail.objects.values_list("state", flat=True)) == {"sent"}

    alarms_tend()
    pass_a_minute()
    at_once([unsent_mails_send] * 4)
    assert [message.subject for message in mail.outbox[1:]] == ["Well again: The scheduler is back"]
    assert Alarm.objects.get().ended_because == "The scheduler is back."


def test_a_mail_server_that_is_away_loses_nothing(settings: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = closed.getsockname()[1]
    locmem = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "apps.core.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", away
    watch.look()
    pass_a_minute()

    watch.look()

    (queued,) = QueuedMail.objects.all()
    assert queued.state in QueuedMail.DUE
    assert "refused" in queued.error

    settings.EMAIL_BACKEND = locmem
    QueuedMail.objects.update(next_try_at=timezone.now())
    watch.look()
    assert [message.subject for message in mail.outbox] == ["The scheduler is silent"]


def test_a_database_that_is_away_ends_no_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    connection.close()

    watch.look()

    monkeypatch.undo()
    connection.close()
    watch.look()
    assert Alarm.objects.filter(kind="silent").exists()


def test_a_process_starts_one_watch_however_often_it_is_asked() -> None:
    script = """
import django
django.setup()
import os, threading
from django.conf import settings
settings.SCHEDULER_WATCH_SECONDS = 60
from apps.schedules.watch import watch_start
for _ in range(3):
    watch_start()
count = lambda: sum(thread.name == "scheduler watch" for thread in threading.enumerate())
print(count(), flush=True)
child = os.fork()
if not child:
    before = count()
    watch_start()
    print(before, count(), flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert sorted(done.stdout.split("\n")) == ["", "0 1", "1"], done.stderr


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name == "alarm mails":
            thread.join(20)
