"""Files of reports: small ones at once, large ones by a worker, and who may download them."""

import io
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.accounts.models import Disclosure
from apps.audit.models import Event
from apps.core.errors import DomainError
from apps.core.tasks import jobs_sweep
from apps.organizations.models import StaffOrganization
from apps.reports.models import ReportRun
from apps.reports.registry import REPORTS, ReportDefinition
from apps.reports.results import ReportColumn, ReportResult
from apps.reports.services import (
    making,
    report_run_advance,
    report_run_cancel,
    report_run_start,
    report_runs_clean_up,
)
from tests.factories.accounts import StaffFactory, SuperuserFactory, prove_factor
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.reports.conftest import permit, reader

State = ReportRun.State


def started(user: Any, report: str = "weekly", format: str = "csv", **params: str) -> ReportRun:
    return report_run_start(report=report, params=params, format=format, source="page", actor=user)


def download(client: Client, report: str = "weekly", format: str = "csv") -> Any:
    return client.post(reverse("admin:reports_reportrun_download", args=[report, format]))


def page_of(run: ReportRun) -> str:
    return reverse("admin:reports_reportrun_change", args=[run.pk])


def file_of(run: ReportRun) -> str:
    return reverse("admin:reports_reportrun_file", args=[run.pk])


def kept(client: Client, run: ReportRun) -> bytes:
    """Download the file of a run once more."""
    answer: Any = client.get(file_of(run))
    assert answer.status_code == 200
    return b"".join(answer)


def report_of(rows: int, *, seconds: float = 0, name: str = "large") -> ReportDefinition:
    def make(params: Any, user: Any) -> ReportResult:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [seconds])
        return ReportResult(f"{rows} rows.", [{"name": f"Row {n}"} for n in range(rows)])

    return ReportDefinition(
        name=name,
        title="Large",
        description="",
        permission="reports.view_report",
        columns=[ReportColumn("name", "Name")],
        make=make,
    )


@pytest.mark.django_db
class TestSmall:
    def test_a_small_one_is_made_in_the_request_and_kept(self, client: Client) -> None:
        user = reader()
        client.force_login(user)

        answer = download(client, format="xlsx")

        content = answer.content
        assert load_workbook(io.BytesIO(content)).sheetnames[0] == "Report"
        run = ReportRun.objects.get()
        assert (run.state, run.started_by, run.format) == (State.SUCCEEDED, user, "xlsx")
        assert (run.claimed_by, run.attempts, run.size) == ("", 1, len(content))
        assert kept(client, run) == content
        assert Event.objects.get(kind="export").data == {"format": "xlsx", "rows": 0}

    def test_a_command_claims_the_same_job(self) -> None:
        run = started(None)
        assert report_run_advance(run_id=run.pk).state == State.SUCCEEDED
        assert report_run_advance(run_id=run.pk).attempts == 1


@pytest.mark.django_db
class TestLarge:
    @pytest.fixture(autouse=True)
    def large(self) -> Any:
        with REPORTS.changed(report_of(making.ROWS_AT_ONCE + 1)):
            yield

    @pytest.mark.parametrize("format", ["csv", "xlsx", "pdf", "html"])
    def test_a_large_one_waits_for_a_worker_on_a_page_of_its_own(
        self, client: Client, format: str
    ) -> None:
        client.force_login(reader())

        answer = download(client, "large", format)

        run = ReportRun.objects.get()
        assert answer["Location"] == page_of(run)
        assert (run.state, run.claimed_by, bool(run.file)) == (State.QUEUED, "", False)
        body = client.get(page_of(run)).content.decode()
        assert "data-progress" in body
        assert "Waiting for a worker" in body
        url = reverse("admin:reports_reportrun_progress", args=[run.pk])
        assert client.get(url).json()["is_over"] is False
        assert client.get(file_of(run)).status_code == 404

        report_run_advance(run_id=run.pk)

        assert client.get(url).json()["is_over"] is True
        body = client.get(page_of(run)).content.decode()
        assert "data-progress" not in body
        assert file_of(run) in body
        assert kept(client, run)

    def test_the_sweep_picks_up_what_no_worker_took(self, client: Client, monkeypatch: Any) -> None:
        client.force_login(reader())
        download(client, "large")
        sent: list[Any] = []
        monkeypatch.setattr(
            "apps.core.job_kinds.send_now", lambda name, args, **options: sent.append((name, args))
        )
        assert jobs_sweep() == "1 job picked up."
        assert sent == [("apps.reports.tasks.make_report", [ReportRun.objects.get().pk])]

    def test_one_that_takes_too_long_to_read_is_left_to_a_worker(
        self, client: Client, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(making, "SECONDS_AT_ONCE", 0.05)
        client.force_login(reader())
        with REPORTS.changed(report_of(3, seconds=0.5, name="slow")):
            page = client.get(reverse("admin:reports_reportrun_report", args=["slow"]))
            assert "takes too long for a page" in page.content.decode()
            assert "/download/pdf/" in page.content.decode()
            download(client, "slow")
            run = ReportRun.objects.get()
            assert run.state == State.QUEUED
            assert report_run_advance(run_id=run.pk).state == State.SUCCEEDED

    def test_a_failure_is_told_on_its_page(self, client: Client) -> None:
        def broken(params: Any, user: Any) -> ReportResult:
            raise LookupError("No such thing.")

        user = permit(reader(), "view_reportrun")
        client.force_login(user)
        definition = ReportDefinition(
            "broken", "Broken", "", "reports.view_report", [], make=broken
        )
        with REPORTS.changed(definition):
            answer = download(client, "broken")
            run = ReportRun.objects.get()
            assert answer["Location"] == page_of(run)
            assert run.state == State.FAILED
            assert "an error on our side" in client.get(page_of(run)).content.decode()


@pytest.mark.django_db
class TestCanceled:
    def test_one_that_waits_is_canceled_at_once(self, client: Client) -> None:
        user = reader()
        client.force_login(user)
        run = started(user)
        url = reverse("admin:reports_reportrun_cancel", args=[run.pk])
        assert client.post(url, {"confirmed": "yes"}).status_code == 302
        run.refresh_from_db()
        assert run.state == State.CANCELED
        assert Event.objects.filter(kind="report_canceled").count() == 1
        assert report_run_advance(run_id=run.pk).state == State.CANCELED
        with pytest.raises(DomainError, match="has ended"):
            report_run_cancel(run=run, actor=user)

    def test_one_at_work_ends_at_its_next_step(self) -> None:
        user = reader()

        def make(params: Any, given: Any) -> ReportResult:
            assert report_run_cancel(run=run, actor=user)
            return ReportResult("", [])

        definition = ReportDefinition("stopped", "S", "", "reports.view_report", [], make=make)
        with REPORTS.changed(definition):
            run = started(user, "stopped")
            done = report_run_advance(run_id=run.pk)
        assert (done.state, bool(done.file), done.claimed_by) == (State.CANCELED, False, "")

    def test_a_colleague_cannot_cancel_it(self) -> None:
        run = started(reader())
        with pytest.raises(DomainError, match="Only the person who asked"):
            report_run_cancel(run=run, actor=reader())


@pytest.mark.django_db
class TestWhoMayDownload:
    def made(self, user: Any, report: str = "weekly") -> ReportRun:
        return report_run_advance(run_id=started(user, report).pk)

    def test_a_colleague_cannot_and_a_superuser_can(self, client: Client) -> None:
        run = self.made(reader())
        colleague = reader()
        progress = reverse("admin:reports_reportrun_progress", args=[run.pk])
        client.force_login(colleague)
        assert client.get(file_of(run)).status_code == 403
        assert client.get(progress).status_code == 200, "the page of the run says it as well"
        colleague.user_permissions.clear()
        assert client.get(progress).status_code == 403
        client.force_login(SuperuserFactory())
        assert kept(client, run)

    def test_the_permission_is_asked_again(self, client: Client) -> None:
        user = reader()
        run = self.made(user)
        user.user_permissions.clear()
        client.force_login(user)
        assert client.get(file_of(run)).status_code == 403

    def test_the_scope_is_asked_again(self, client: Client) -> None:
        user = reader(is_limited=True)
        organization = OrganizationFactory()
        scope = StaffOrganization.objects.create(user=user, organization=organization)
        run = self.made(user)
        client.force_login(user)
        assert kept(client, run)
        scope.delete()
        answer = client.get(file_of(run))
        assert answer.status_code == 403
        assert "Your access changed after this file was made" in answer.content.decode()

    def test_rights_lost_while_it_waits_end_it(self) -> None:
        user = reader()
        run = started(user)
        user.user_permissions.clear()
        done = report_run_advance(run_id=run.pk)
        assert (done.state, bool(done.file)) == (State.FAILED, False)
        assert "may no longer view this report" in done.error

    def test_addresses_need_a_fresh_factor_and_are_logged(self, client: Client) -> None:
        MembershipFactory(user__phone="")
        user = StaffFactory()
        user.user_permissions.set(Permission.objects.all())
        client.force_login(user)
        assert download(client, "data-quality").status_code != 200
        assert not ReportRun.objects.exists()
        prove_factor(client)
        assert download(client, "data-quality").status_code == 200
        assert Disclosure.objects.filter(user=user, page="report data-quality").exists()

    def test_the_file_is_deleted_after_a_week_and_the_record_stays(self, client: Client) -> None:
        user = reader()
        run = self.made(user)
        storage, path = run.file.storage, run.file.name
        ReportRun.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        client.force_login(user)
        assert client.get(file_of(run)).status_code == 404
        assert storage.exists(path)
        assert report_runs_clean_up() == 1
        assert not storage.exists(path)
        run.refresh_from_db()
        assert run.state == State.EXPIRED


_PROGRAM = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from apps.reports.registry import REPORTS
from apps.reports.services import report_run_advance
from apps.core.interruption import listening
from tests.reports.test_runs import report_of
REPORTS.add(report_of(2_000, seconds=float(sys.argv[3]), name="held"))
print("up", flush=True)
with listening(in_worker=True):
    report_run_advance(run_id=int(sys.argv[2]))
"""


def worker(run: ReportRun, seconds: float) -> subprocess.Popen[str]:
    """Start a process that makes the file of a run, and return it once it has begun."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-W", "ignore", "-c", _PROGRAM),
            *(str(connection.settings_dict["NAME"]), str(run.pk), str(seconds)),
        ],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "up"
    for _ in range(300):
        run.refresh_from_db()
        if run.claimed_by:
            return process
        time.sleep(0.1)
    raise AssertionError("It never claimed the run.")


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
class TestKilled:
    @pytest.fixture(autouse=True)
    def held(self) -> Any:
        with REPORTS.changed(report_of(2_000, name="held")):
            yield

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
    def test_the_next_worker_makes_it_and_leaves_one_file(self, how: int) -> None:
        run = started(None, "held")
        with worker(run, seconds=60) as process:
            process.send_signal(how)
            process.wait(30)
        # The sweep frees the claim of a process that ended.
        assert jobs_sweep() == "1 job picked up."

        done = report_run_advance(run_id=run.pk)

        assert (done.state, done.row_count, done.attempts) == (State.SUCCEEDED, 2_000, 2)
        assert Event.objects.filter(kind="export").count() == 1
        files = Path(done.file.path).parent.glob("held*")
        assert [path.name for path in files] == [done.file_name]
        with done.file.open("rb") as file:
            assert file.read().decode("utf-8-sig").count("Row ") == 2_000

    def test_somebody_cancels_it_in_the_middle_of_a_statement(self) -> None:
        run = started(None, "held")
        with worker(run, seconds=60) as process:
            assert report_run_cancel(run=run, actor=None)
            process.wait(30)
        run.refresh_from_db()
        assert (run.state, run.claimed_by, bool(run.file)) == (State.CANCELED, "", False)
