"""Workers that are killed in the middle of a mailing: nobody is mailed twice, and nobody is forgotten."""

import signal
import subprocess
import time

import pytest

from apps.reports.models import ReportDelivery, ReportMailing
from apps.reports.services import mailing_prepare, report_mails_resume
from tests.mail_server import Server, server
from tests.reports.mailing_processes import readers, waiting, worker

__all__ = ["server"]  # A fixture.

State = ReportDelivery.State
# What the server has been given when the worker is killed, and whether anybody can tell what became of it.
STEPS = [("MAIL", False), ("RCPT", False), ("DATA", False), ("end", True), ("answer", True)]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


def kill_at(
    server: Server, process: subprocess.Popen[str], step: str, number: int, how: int
) -> None:
    """Kill or stop a worker when the server is at a step of a mail, and silent from then on.

    A worker that is stopped does not wait for the server, which it would for a minute.
    """
    assert server.reached.wait(120), f"{step} of mail {number} never came"
    process.send_signal(how)
    process.wait(20)
    server.go.set()
    time.sleep(0.2)


def settle_all(server: Server, people: list[str], *, may_be_unknown: bool) -> None:
    """Let the next worker finish, and check every recipient."""
    taken_before = len(server.taken)
    report_mails_resume()

    sent = set(ReportDelivery.objects.filter(state=State.SENT).values_list("email", flat=True))
    unknown = set(
        ReportDelivery.objects.filter(state=State.UNCERTAIN).values_list("email", flat=True)
    )
    assert taken_before < len(people), "it was killed in the middle"
    assert len(server.taken) == len(set(server.taken)), "nobody twice"
    assert sent | unknown == set(people), "nobody forgotten"
    assert sent <= set(server.taken)
    assert len(unknown) <= (1 if may_be_unknown else 0)
    assert ReportMailing.objects.get().state == "done"


def check(server: Server, step: str, how: int, people: int, number: int, unknown: bool) -> None:
    addresses = waiting(people)
    server.hold = (step, number)
    with worker(server) as process:
        kill_at(server, process, step, number, how)
    settle_all(server, addresses, may_be_unknown=unknown)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize(("step", "unknown"), STEPS)
def test_a_worker_is_killed_at_a_step_of_a_mail(
    server: Server, step: str, unknown: bool, how: int
) -> None:
    check(server, step, how, people=12, number=5, unknown=unknown)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize(("step", "unknown"), STEPS)
def test_a_worker_is_killed_in_a_mailing_to_500(
    server: Server, step: str, unknown: bool, how: int
) -> None:
    check(server, step, how, people=500, number=250, unknown=unknown)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_is_killed_while_it_prepares_a_mailing(server: Server, how: int) -> None:
    people, mailing = readers(12)
    with worker(server, mailing) as process:
        time.sleep(0.3)
        process.send_signal(how)
        process.wait(30)
    ReportMailing.release_dead_claims()
    mailing_prepare(mailing_id=mailing.pk)
    report_mails_resume()

    assert sorted(server.taken) == people
    assert ReportMailing.objects.get().state == "done"


def test_two_workers_share_a_mailing_and_mail_nobody_twice(server: Server) -> None:
    people = waiting(12)
    server.pause = 0.02
    with worker(server) as first, worker(server) as second:
        for process in (first, second):
            process.wait(120)
    report_mails_resume()
    assert sorted(server.taken) == people
    assert set(ReportDelivery.objects.values_list("state", flat=True)) == {State.SENT}
