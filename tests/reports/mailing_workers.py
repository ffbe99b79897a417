"""Real Celery workers that prepare and send mailings, with the mail server of the test."""

import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from apps.flags.reference import load_flags
from apps.reports.models import ReportDelivery, ReportEdition, ReportMailing
from config import env
from deploy.standalone.serve import worker_options
from tests.celery_processes import celery
from tests.mail_server import Server

State = ReportDelivery.State


@pytest.fixture
def mail_server(
    server: Server, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """The server that the workers of `worker` send to; they find the files of the test."""
    folder = tmp_path / "test" / env.test_process()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "private").symlink_to(settings.STORAGES["private"]["OPTIONS"]["location"])
    monkeypatch.setenv("TEST_MAIL_PORT", str(server.port))
    # The switch of report mails: a worker sends none without it.
    load_flags()
    yield server
    server.go.set()


def worker(folder: Path, name: str, *queues: str) -> AbstractContextManager[subprocess.Popen]:
    """Start a worker of these queues, as `make run` starts one for each."""
    options = shlex.split(worker_options(",".join(queues)))
    return celery(folder, "worker", *options, "-n", f"{name}@here")


def stop(process: subprocess.Popen, how: int) -> float:
    """End a worker with its children; return the seconds that it took."""
    begun = time.monotonic()
    os.killpg(process.pid, how)
    process.wait(60)
    return time.monotonic() - begun


@contextmanager
def editions_locked() -> Iterator[None]:
    """Keep every worker in the middle of preparing a mailing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {ReportEdition._meta.db_table} IN ACCESS EXCLUSIVE MODE")
        yield


def mailing_is_done() -> bool:
    return ReportMailing.objects.filter(state=ReportMailing.State.DONE).exists()


def settled(server: Server, people: list[str]) -> set[str]:
    """Check that nobody was forgotten or mailed twice; return the people whose mail is uncertain."""
    sent = _in_state(State.SENT)
    uncertain = _in_state(State.UNCERTAIN)
    assert len(server.taken) == len(set(server.taken)), "nobody twice"
    assert sent | uncertain == set(people), "nobody forgotten"
    assert sent <= set(server.taken)
    return uncertain


def _in_state(state: str) -> set[str]:
    return set(ReportDelivery.objects.filter(state=state).values_list("email", flat=True))
