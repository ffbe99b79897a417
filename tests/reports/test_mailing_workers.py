"""Real workers that are killed or stopped in the middle of a mailing, by either broker: the next one goes on,
nobody is mailed twice, and nobody is forgotten.
"""

import os
import signal
import time
from pathlib import Path

import pytest

from apps.core.sending import send_now
from apps.reports.models import ReportMailing
from apps.reports.services.mailings import PREPARE
from config.queues import QUEUES
from tests.celery_processes import wait_for
from tests.mail_server import Server, server
from tests.reports.mailing_processes import readers, waiting
from tests.reports.mailing_workers import (
    editions_locked,
    mail_server,
    mailing_is_done,
    settled,
    stop,
    worker,
)
from tests.schedules.conftest import broker

__all__ = ["broker", "mail_server", "server"]  # Fixtures.

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
# What the server has been given when the worker ends.
STEPS = ["MAIL", "RCPT", "DATA", "end", "answer"]
STOPS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]
# From here on only the server's answer tells what became of the mail.
GIVEN = {"end", "answer"}


def stopped_at(
    server: Server, folder: Path, step: str, how: int, *, people: int, number: int
) -> None:
    addresses, log = waiting(people), folder / "celery.log"
    server.hold = (step, number)
    with worker(folder, "one", "mail") as first:
        wait_for(server.reached.is_set, log, 120)
        if how == signal.SIGKILL:
            stop(first, how)
            server.go.set()
        else:
            # A stop waits for the answer to the mail that is on its way.
            os.killpg(first.pid, how)
            time.sleep(0.5)
            server.go.set()
            first.wait(60)
        assert len(server.taken) < people
        with worker(folder, "two", "mail"):
            wait_for(mailing_is_done, log, 120)
    uncertain = settled(server, addresses)
    assert len(uncertain) <= (how == signal.SIGKILL and step in GIVEN)


@pytest.mark.parametrize("how", STOPS)
@pytest.mark.parametrize("step", STEPS)
def test_the_next_worker_goes_on(
    broker: str, mail_server: Server, tmp_path: Path, step: str, how: int
) -> None:
    stopped_at(mail_server, tmp_path, step, how, people=20, number=8)


@pytest.mark.parametrize(
    ("step", "how"), [("end", signal.SIGKILL), ("MAIL", signal.SIGTERM), ("RCPT", signal.SIGKILL)]
)
def test_the_next_worker_goes_on_in_a_mailing_to_500(
    broker: str, mail_server: Server, tmp_path: Path, step: str, how: int
) -> None:
    stopped_at(mail_server, tmp_path, step, how, people=500, number=250)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("step", STEPS)
def test_a_worker_stops_within_five_seconds_though_the_mail_server_says_nothing(
    mail_server: Server, tmp_path: Path, step: str, how: int
) -> None:
    people, log = waiting(6), tmp_path / "celery.log"
    mail_server.hold = (step, 3)
    with worker(tmp_path, "one", "mail") as first:
        wait_for(mail_server.reached.is_set, log, 120)
        # The bound is five seconds; a machine with other work needs some more to end a process.
        assert stop(first, how) < 5 + 3
    mail_server.go.set()
    with worker(tmp_path, "two", "mail"):
        wait_for(mailing_is_done, log, 120)
    uncertain = settled(mail_server, people)
    assert len(uncertain) <= (step in GIVEN)


@pytest.mark.parametrize("how", STOPS)
def test_a_mailing_whose_worker_ends_while_it_is_prepared_is_prepared_by_the_next(
    broker: str, mail_server: Server, tmp_path: Path, how: int
) -> None:
    people, mailing = readers(30)
    log = tmp_path / "celery.log"
    with worker(tmp_path, "one", "bulk") as first, editions_locked():
        send_now(PREPARE, [mailing.pk])
        wait_for(ReportMailing.objects.exclude(claimed_by="").exists, log, 60)
        stop(first, how)
    # Without beat: a worker that starts looks for what was left.
    with worker(tmp_path, "two", *QUEUES):
        wait_for(mailing_is_done, log, 120)
    assert settled(mail_server, people) == set()
    assert sorted(mail_server.taken) == people


def test_what_a_broker_forgot_is_found_by_the_next_worker(
    broker: str, mail_server: Server, tmp_path: Path
) -> None:
    people = waiting(5)
    with worker(tmp_path, "one", "mail"):
        wait_for(mailing_is_done, tmp_path / "celery.log", 60)
    assert settled(mail_server, people) == set()
