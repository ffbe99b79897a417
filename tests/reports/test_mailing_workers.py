"""Real workers that are killed or stopped in the middle of a mailing, by either broker: the next one goes on,
nobody is mailed twice, and nobody is forgotten.
"""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from apps.core.sending import send_now
from apps.flags.reference import load_flags
from apps.reports.models import ReportDelivery, ReportMailing
from apps.reports.services.mailings import PREPARE, SEND
from deploy.standalone.serve import worker_options
from tests.celery_processes import celery, wait_for
from tests.mail_server import Server, server
from tests.reports.mailing_processes import readers, waiting
from tests.schedules.conftest import broker

__all__ = ["broker", "server"]  # Fixtures.

State = ReportDelivery.State
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
# What the server has been given when the worker ends.
STEPS = ["MAIL", "RCPT", "DATA", "end", "answer"]
STOPS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]
OF_A_KILL = {"end", "answer"}


@pytest.fixture(autouse=True)
def _mail_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TEST_MAIL_PORT", str(server.port))
    # The switch of report mails: a worker sends none without it.
    load_flags()
    yield
    server.go.set()


def worker(
    folder: Path, name: str, queue: str = "mail"
) -> AbstractContextManager[subprocess.Popen]:
    options = shlex.split(worker_options(queue))
    return celery(folder, "worker", *options, "-n", f"{name}@here")


def stop(process: subprocess.Popen, how: int) -> float:
    """End a worker with its children; return the seconds that it took."""
    begun = time.monotonic()
    os.killpg(process.pid, how)
    process.wait(60)
    return time.monotonic() - begun


def is_over() -> bool:
    return not ReportDelivery.objects.filter(state__in=ReportDelivery.OPEN).exists()


def check(server: Server, people: list[str], *, may_be_unknown: bool) -> None:
    sent = set(ReportDelivery.objects.filter(state=State.SENT).values_list("email", flat=True))
    unknown = set(
        ReportDelivery.objects.filter(state=State.UNCERTAIN).values_list("email", flat=True)
    )
    assert len(server.taken) == len(set(server.taken)), "nobody twice"
    assert sent | unknown == set(people), "nobody forgotten"
    assert sent <= set(server.taken)
    assert len(unknown) <= (1 if may_be_unknown else 0)
    assert ReportMailing.objects.get().state == "done"


def stopped_at(
    server: Server, folder: Path, step: str, how: int, *, people: int, number: int
) -> None:
    addresses, log = waiting(people), folder / "celery.log"
    server.hold = (step, number)
    with worker(folder, "one") as first:
        wait_for(server.reached.is_set, log, 120)
        if how == signal.SIGKILL:
            stop(first, how)
            server.go.set()
        else:
            # A stop waits for the answer to the mail that is on its way.
            os.killpg(first.pid, how)
            time.sleep(0.5)
            server.go.set()
            first.wait(5 + 5)
        assert len(server.taken) < people
        with worker(folder, "two"):
            wait_for(is_over, log, 120)
    check(server, addresses, may_be_unknown=how == signal.SIGKILL and step in OF_A_KILL)


@pytest.mark.parametrize("how", STOPS)
@pytest.mark.parametrize("step", STEPS)
def test_the_next_worker_goes_on(
    broker: str, server: Server, tmp_path: Path, step: str, how: int
) -> None:
    stopped_at(server, tmp_path, step, how, people=20, number=8)


@pytest.mark.parametrize(
    ("step", "how"), [("end", signal.SIGKILL), ("MAIL", signal.SIGTERM), ("RCPT", signal.SIGKILL)]
)
def test_the_next_worker_goes_on_in_a_mailing_to_500(
    broker: str, server: Server, tmp_path: Path, step: str, how: int
) -> None:
    stopped_at(server, tmp_path, step, how, people=500, number=250)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("step", STEPS)
def test_a_worker_stops_within_five_seconds_though_the_mail_server_says_nothing(
    server: Server, tmp_path: Path, step: str, how: int
) -> None:
    people, log = waiting(6), tmp_path / "celery.log"
    server.hold = (step, 3)
    with worker(tmp_path, "one") as first:
        wait_for(server.reached.is_set, log, 120)
        # The bound is five seconds; a machine with other work needs some more to end a process.
        assert stop(first, how) < 5 + 3
    server.go.set()
    with worker(tmp_path, "two"):
        wait_for(is_over, log, 120)
    check(server, people, may_be_unknown=step in OF_A_KILL)


@pytest.mark.parametrize("how", STOPS)
def test_a_mailing_whose_worker_ends_while_it_is_prepared_is_prepared_by_the_next(
    broker: str, server: Server, tmp_path: Path, how: int
) -> None:
    people, mailing = readers(300)
    log = tmp_path / "celery.log"
    begun = ReportMailing.objects.exclude(claimed_by="")
    with worker(tmp_path, "mail"):
        with worker(tmp_path, "one", "bulk") as first:
            send_now(PREPARE, [mailing.pk])
            wait_for(begun.exists, log, 60)
            stop(first, how)
        with worker(tmp_path, "two", "bulk"), worker(tmp_path, "again"):
            # A worker that starts looks for what was left.
            wait_for(lambda: ReportMailing.objects.get().state == "done", log, 120)
    assert sorted(server.taken) == people


def test_what_a_broker_forgot_is_found_by_the_next_worker(
    broker: str, server: Server, tmp_path: Path
) -> None:
    people = waiting(5)
    assert SEND
    with worker(tmp_path, "one"):
        wait_for(is_over, tmp_path / "celery.log", 60)
    check(server, people, may_be_unknown=False)
