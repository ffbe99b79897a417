"""Mailing a report by a mail server that stalls, refuses or hangs up, and by workers that die: nobody is mailed
twice, nobody is forgotten, and what is not known is said to be."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from apps.reports.models import ReportDelivery, ReportRun
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult
from apps.reports.services import report_mail, report_mails_resume
from apps.reports.tasks import mail_report
from tests.factories.reports import ReportSubscriptionFactory
from tests.mail_server import Server, server
from tests.reports.conftest import reader

__all__ = ["server"]  # A fixture.

State = ReportDelivery.State


def readers(number: int) -> list[str]:
    return sorted(ReportSubscriptionFactory(user=reader()).user.email for _ in range(number))


def states() -> list[str]:
    return sorted(ReportDelivery.objects.values_list("state", flat=True))


def later() -> None:
    """Hours pass."""
    ReportDelivery.objects.update(next_try_at=F("next_try_at") - timedelta(hours=12))


@pytest.mark.faults
@pytest.mark.django_db
@pytest.mark.parametrize("behavior", ["stalls after the data", "drops after the data"])
def test_a_mail_that_the_server_may_have_taken_is_never_sent_again(
    server: Server, behavior: str
) -> None:
    people = readers(3)
    server.behavior = behavior
    assert report_mail(report="weekly") == (0, 0, 3)
    assert states() == [State.UNCERTAIN] * 3
    assert sorted(server.taken) == people

    server.behavior = ""
    later()
    assert report_mails_resume()[0] == 0
    assert report_mail(report="weekly")[0] == 0
    assert sorted(server.taken) == people
    assert ReportRun.objects.get().state == ReportRun.State.SUCCEEDED


@pytest.mark.faults
@pytest.mark.django_db
@pytest.mark.parametrize(
    "behavior",
    [
        "drops at once",
        "stalls at once",
        "stalls before the data",
        "not now",
        "not this data now",
    ],
)
def test_a_mail_that_the_server_surely_did_not_take_is_tried_again(
    server: Server, behavior: str
) -> None:
    people = readers(2)
    server.behavior = behavior
    assert report_mail(report="weekly") == (0, 0, 0)
    assert set(states()) <= {State.WAITING, State.RETRYING}
    run = ReportRun.objects.get()
    assert run.state == ReportRun.State.RUNNING, "somebody waits"
    assert report_mails_resume() == (0, 0, 0), "not before its time"

    server.behavior = ""
    later()
    assert report_mails_resume() == (2, 0, 0)

    run.refresh_from_db()
    assert (run.state, states()) == (ReportRun.State.SUCCEEDED, [State.SENT] * 2)
    assert sorted(server.taken) == people


@pytest.mark.django_db
@pytest.mark.parametrize("behavior", ["refuses", "refuses the data"])
def test_a_refusal_is_final_and_is_told(server: Server, behavior: str) -> None:
    readers(1)
    server.behavior = behavior
    assert report_mail(report="weekly") == (0, 0, 1)
    delivery = ReportDelivery.objects.get()
    assert delivery.state == State.REFUSED
    assert "5" in delivery.error


@pytest.mark.django_db
def test_a_goodbye_that_nobody_answers_makes_no_failure_of_a_mail(server: Server) -> None:
    readers(1)
    server.behavior = "drops at the goodbye"
    assert report_mail(report="weekly") == (1, 0, 0)


@pytest.mark.django_db
def test_what_waits_too_long_is_given_up_and_said(server: Server) -> None:
    readers(1)
    server.behavior = "not now"
    report_mail(report="weekly")
    ReportDelivery.objects.update(queued_at=timezone.now() - timedelta(days=3))

    assert report_mails_resume() == (0, 0, 1)

    assert states() == [State.REFUSED]
    assert ReportRun.objects.get().state == ReportRun.State.SUCCEEDED


@pytest.fixture
def plain_report() -> Iterator[str]:
    """A report without a period: it tells how things stand."""
    report = ReportDefinition(
        name="standing",
        title="How things stand",
        description="",
        permission="reports.view_report",
        columns=[ReportColumn("a", "A", "number")],
        make=lambda params, user: ReportResult("One.", [{"a": 1}]),
    )
    with REPORTS.changed(report):
        yield report.name


@pytest.mark.django_db
def test_a_report_without_a_period_goes_each_time_it_is_due_and_once(
    server: Server, plain_report: str
) -> None:
    user = ReportSubscriptionFactory(user=reader(), report=plain_report).user
    monday = timezone.now()
    for due in (monday, monday, monday + timedelta(days=7)):
        report_mail(report=plain_report, due_at=due)
    assert server.taken == [user.email] * 2


@pytest.mark.django_db
def test_mails_of_a_week_in_which_the_switch_was_off_go_when_it_is_on(server: Server) -> None:
    from apps.flags.models import Switch
    from apps.reports.tasks import resume_report_mails

    people = readers(2)
    Switch.objects.filter(name="report-mails").update(active=False)
    assert "switched off" in mail_report(report="weekly")
    assert "switched off" in resume_report_mails()
    assert server.taken == []

    Switch.objects.filter(name="report-mails").update(active=True)
    resume_report_mails()
    assert sorted(server.taken) == people


# A worker of its own on the test's database, which mails the weekly report.
WORKER = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.EMAIL_BACKEND = "apps.core.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(sys.argv[2]), 20
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from apps.reports.services import report_mail, report_mails_resume
print("up", flush=True)
{"mail": lambda: report_mail(report="weekly"), "resume": report_mails_resume}[sys.argv[3]]()
"""


def worker(server: Server, does: str = "mail") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [
            *(sys.executable, "-W", "ignore", "-c", WORKER),
            *(str(connection.settings_dict["NAME"]), str(server.port), does),
        ],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "up"
    return process


def wait_for(server: Server, mails: int) -> None:
    for _ in range(1200):
        if len(server.taken) >= mails:
            return
        time.sleep(0.05)
    pytest.fail(f"{len(server.taken)} mails, not {mails}")


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_mailing_whose_worker_is_killed_is_finished_by_the_next(
    server: Server, number: int
) -> None:
    people = readers(12)
    server.pause = 0.1
    with worker(server) as first:
        wait_for(server, 4)
        first.send_signal(number)
        first.wait()
    assert len(server.taken) < len(people)
    assert ReportRun.objects.get().state == ReportRun.State.RUNNING

    server.pause = 0.0
    report_mails_resume()

    uncertain = ReportDelivery.objects.filter(state=State.UNCERTAIN)
    assert uncertain.count() <= 1
    assert set(states()) <= {State.SENT, State.UNCERTAIN}
    assert len(server.taken) == len(set(server.taken)), "nobody twice"
    unknown = set(uncertain.values_list("email", flat=True))
    assert set(people) - set(server.taken) <= unknown, "nobody forgotten"
    assert ReportRun.objects.get().state == ReportRun.State.SUCCEEDED


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_two_workers_share_a_mailing_and_mail_nobody_twice(server: Server) -> None:
    people = readers(12)
    server.pause = 0.02
    with worker(server) as first, worker(server) as second:
        for process in (first, second):
            process.wait()
    report_mails_resume()
    assert sorted(server.taken) == people
    assert states() == [State.SENT] * len(people)
