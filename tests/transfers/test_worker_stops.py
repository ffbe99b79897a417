"""Workers that are told to stop, or killed, in the middle of a job: the next one goes on within seconds.

Real Celery workers without beat, so that no sweep of the minute helps.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction

from apps.core.graceful_task import GracefulTask
from apps.core.jobs import Job
from apps.organizations.models import Organization
from apps.transfers.engine import driver
from apps.transfers.models import ExportRun, ImportRun, UndoRun
from apps.transfers.options import Matching
from apps.transfers.services import (
    export_run_start,
    import_run_confirm,
    import_run_match,
    import_run_start,
    import_run_undo,
)
from config import env
from tests.celery_processes import WORKER, celery, wait_for
from tests.factories.accounts import SuperuserFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS = 60_000
TABLE = Organization._meta.db_table


@pytest.fixture(autouse=True)
def _one_folder(settings: Any, tmp_path: Path) -> None:
    """The files of the test lie where its workers look for them; nobody else must agree."""
    settings.FOUR_EYES = {}
    folder = tmp_path / "test" / env.test_process() / "private"
    settings.STORAGES = settings.STORAGES | {
        "private": settings.STORAGES["private"]
        | {"OPTIONS": {"location": folder, "base_url": None}}
    }


def worked(run: ImportRun) -> ImportRun:
    driver.advance(run.pk)
    return ImportRun.objects.get(pk=run.pk)


def matched() -> ImportRun:
    text = "Name\n" + "".join(f"Organization {n}\n" for n in range(ROWS))
    run = import_run_start(
        dataset="organizations",
        file=ContentFile(text.encode(), name="organizations.csv"),
        actor=SuperuserFactory(),
    )
    run = worked(run)
    return import_run_match(run=run, matching=Matching.from_json(run.matching), actor=run.user)


def confirmed() -> ImportRun:
    run = worked(matched())
    return import_run_confirm(
        run=run, plan_token=run.plan_token, reason="", accept_impacts=True, actor=run.user
    )


def undo() -> UndoRun:
    run = worked(confirmed())
    assert run.state == run.State.APPLIED
    return import_run_undo(run=run, reason="Wrong", actor=run.user)


def export() -> ExportRun:
    run = worked(confirmed())
    return export_run_start(dataset="organizations", format="xlsx", actor=run.user)


@contextmanager
def two_workers(folder: Path) -> Iterator[list[psutil.Process]]:
    with ExitStack() as stack:
        # Under names of their own, as on two machines.
        yield [
            psutil.Process(
                stack.enter_context(celery(folder, *WORKER, f"--hostname={name}@here")).pid
            )
            for name in ("one", "two")
        ]


@contextmanager
def locked() -> Iterator[None]:
    """Hold the table, so that a statement which writes to it waits."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        yield


def has_claim(job: Job, *states: str) -> Callable[[], bool]:
    found = type(job)._default_manager.filter(pk=job.pk, state__in=states)
    return found.exclude(claimed_by="").exists


def child_of(job: Job) -> psutil.Process:
    """Return the process that has the job."""
    job.refresh_from_db()
    return psutil.Process(int(job.claimed_by.split("/")[2].partition(".")[0]))


def stop_main(child: psutil.Process) -> psutil.Process:
    worker = child.parent()
    assert worker is not None
    worker.send_signal(signal.SIGTERM)
    return worker


def interrupt_main(child: psutil.Process) -> psutil.Process:
    worker = child.parent()
    assert worker is not None
    worker.send_signal(signal.SIGINT)
    return worker


def stop_group(child: psutil.Process) -> psutil.Process:
    worker = child.parent()
    assert worker is not None
    os.killpg(worker.pid, signal.SIGTERM)
    return worker


def stop_child(child: psutil.Process) -> psutil.Process:
    child.send_signal(signal.SIGTERM)
    return child


def kill_child(child: psutil.Process) -> psutil.Process:
    child.kill()
    return child


def kill_group(child: psutil.Process) -> psutil.Process:
    worker = child.parent()
    assert worker is not None
    os.killpg(worker.pid, signal.SIGKILL)
    return worker


type Stop = Callable[[psutil.Process], psutil.Process]
GRACEFUL: list[Stop] = [stop_main, interrupt_main, stop_group, stop_child]


def is_over(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def ends(job: Job, state: str, log: Path, seconds: int = 90) -> None:
    wait_for(
        lambda: type(job)._default_manager.filter(pk=job.pk, ended_at__isnull=False).exists(),
        log,
        seconds,
    )
    job.refresh_from_db()
    assert (job.state, job.error) == (state, "")  # type: ignore[attr-defined]


@pytest.mark.parametrize("stop", GRACEFUL)
def test_an_undo_is_handed_over_at_the_end_of_its_chunk(stop: Stop, tmp_path: Path) -> None:
    job, log = undo(), tmp_path / "celery.log"
    with two_workers(tmp_path):
        wait_for(lambda: UndoRun.objects.filter(pk=job.pk, rows_done__gt=0).exists(), log)
        with locked():
            stopped = stop(child_of(job))
            # What ends sooner is not interrupted.
            time.sleep(GracefulTask.seconds_to_end + 1)
        wait_for(lambda: is_over(stopped), log, 20)
        ends(job, "undone", log)

    assert (job.attempts, job.failures) == (2, 0)
    assert (job.rows_done, job.results["removed"], job.results["kept"]) == (ROWS, ROWS, 0)
    assert not Organization.objects.exists()


@pytest.mark.parametrize("stop", GRACEFUL)
def test_a_plan_is_given_up_at_once_and_made_again(stop: Stop, tmp_path: Path) -> None:
    job, log = matched(), tmp_path / "celery.log"
    with two_workers(tmp_path):
        with locked():
            wait_for(has_claim(job, "staged"), log)
            time.sleep(1)
            stopped = stop(child_of(job))
            # It does not wait for the statement.
            wait_for(lambda: is_over(stopped), log, 20)
        wait_for(lambda: ImportRun.objects.filter(pk=job.pk, state="planned").exists(), log)

    job.refresh_from_db()
    assert (job.failures, job.counts) == (0, {"create": ROWS})


def test_an_import_goes_on_where_its_worker_was_stopped_and_then_killed(tmp_path: Path) -> None:
    job, log = confirmed(), tmp_path / "celery.log"
    attempts = job.attempts
    with two_workers(tmp_path):
        wait_for(lambda: ImportRun.objects.filter(pk=job.pk, rows_done__gt=0).exists(), log)
        with locked():
            stop_child(child_of(job))
            time.sleep(1)
        wait_for(lambda: ImportRun.objects.filter(pk=job.pk, attempts=attempts + 2).exists(), log)
        with suppressed_end(job):
            kill_child(child_of(job))
        ends(job, "applied", log)

    assert (job.rows_done, job.results["created"]) == (ROWS, ROWS)
    assert Organization.objects.count() == Organization.history.count() == ROWS


@contextmanager
def suppressed_end(job: Job) -> Iterator[None]:
    """Go on where the job had ended before its process could be killed."""
    try:
        yield
    except (psutil.NoSuchProcess, IndexError):
        job.refresh_from_db()
        assert job.ended_at is not None


def test_an_export_begins_again(tmp_path: Path) -> None:
    job, log = export(), tmp_path / "celery.log"
    with two_workers(tmp_path):
        # Its rows are read by one statement, which waits for the table.
        with locked():
            wait_for(has_claim(job, "writing"), log)
            stopped = stop_main(child_of(job))
            wait_for(lambda: is_over(stopped), log, 20)
        ends(job, "ready", log)

    assert (job.attempts, job.rows) == (2, ROWS)
    files = [path for path in tmp_path.rglob("exports/*") if path.is_file()]
    assert [path.name for path in files] == [Path(job.path).name]


@pytest.mark.parametrize("kill", [kill_child, kill_group])
def test_a_worker_killed_twice_inside_a_statement_leaves_nothing_that_holds_the_job(
    kill: Stop, tmp_path: Path
) -> None:
    job, log = undo(), tmp_path / "celery.log"
    with two_workers(tmp_path), ExitStack() as more:
        wait_for(lambda: UndoRun.objects.filter(pk=job.pk, rows_done__gt=0).exists(), log)
        with locked():
            for attempt in (1, 2):
                wait_for(lambda: blocked_by_the_lock() == 1, log)
                child = child_of(job)
                assert job.attempts == attempt
                kill(child)
                if kill is kill_group:
                    # Its message is lost with it; a worker that starts looks for work.
                    more.enter_context(celery(tmp_path, *WORKER, f"--hostname=new{attempt}@here"))
                # The statement of the dead process ends although the table is still locked.
                wait_for(UndoRun.objects.filter(pk=job.pk, attempts=attempt + 1).exists, log)
        ends(job, "undone", log)

    assert job.attempts == 3
    assert job.results["removed"] == ROWS


def blocked_by_the_lock() -> int:
    second: Any = connection.copy()
    try:
        with second.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                "AND datname = current_database()"
            )
            return int(cursor.fetchone()[0])
    finally:
        second.close()


def test_kills_and_stops_are_no_failures(tmp_path: Path) -> None:
    """However often it was begun, an error that may pass is not an end."""
    job, log = undo(), tmp_path / "celery.log"
    UndoRun.objects.filter(pk=job.pk).update(attempts=12)
    with two_workers(tmp_path):
        wait_for(lambda: UndoRun.objects.filter(pk=job.pk, rows_done__gt=0).exists(), log)
        with locked(), connection.cursor() as cursor:
            wait_for(lambda: blocked_by_the_lock() == 1, log)
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
        ends(job, "undone", log)
    assert job.results["removed"] == ROWS
