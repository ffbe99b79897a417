"""Real beat and worker processes, on the test's database and a broker of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.schedules.models import TaskRun
from apps.schedules.services import runs_sweep
from tests.factories.schedules import IntervalFactory, ScheduleFactory
from tests.schedules.processes import long_sleep

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def celery(var_dir: Path, *arguments: str) -> Iterator[subprocess.Popen]:
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "VAR_DIR": str(var_dir),
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
    }
    for folder in ("queue", "control"):
        (var_dir / "broker" / folder).mkdir(parents=True, exist_ok=True)
    with (var_dir / "celery.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tests.schedules.processes:app", *arguments],
            env=environment,
            cwd=settings.BASE_DIR,
            start_new_session=True,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def wait_for(found: Callable[[], bool], log: Path, seconds: int = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found():
            return
        time.sleep(0.2)
    pytest.fail(f"It did not happen in {seconds} s.\n{log.read_text()[-4000:]}")


WORKER = ("worker", "--concurrency=1", "--loglevel=INFO")
BEAT = ("beat", "--loglevel=INFO", "--pidfile=", "--max-interval=1")


def test_a_schedule_that_is_due_is_run_by_a_worker_and_leaves_its_row(tmp_path: Path) -> None:
    schedule = ScheduleFactory(
        task="tests.long_sleep",
        kwargs='{"seconds": 0}',
        last_run_at=timezone.now() - timedelta(hours=1, minutes=1),
    )
    runs = TaskRun.objects.filter(schedule=schedule)

    with celery(tmp_path, *WORKER), celery(tmp_path, *BEAT):
        wait_for(
            runs.filter(state=TaskRun.State.SUCCEEDED).exists, tmp_path / "celery.log", seconds=90
        )

    run = runs.get()
    assert run.said == "Slept 0 seconds."
    assert run.started_at is not None
    assert run.due_at < run.started_at
    schedule.refresh_from_db()
    assert schedule.total_run_count == 1


@pytest.mark.slow
def test_the_run_of_a_worker_that_was_killed_is_marked_lost(tmp_path: Path) -> None:
    schedule = ScheduleFactory(
        task=long_sleep.name,
        interval=IntervalFactory(every=1, period="days"),
        last_run_at=timezone.now() - timedelta(days=2),
    )
    runs = TaskRun.objects.filter(schedule=schedule)

    with celery(tmp_path, *WORKER) as worker:
        with celery(tmp_path, *BEAT):
            wait_for(
                runs.filter(state=TaskRun.State.RUNNING).exists, tmp_path / "celery.log", seconds=90
            )
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
    # At once: no heartbeat is waited for where the process is known to have ended.
    assert runs_sweep() == (1, 0)

    run = runs.get()
    assert run.state == TaskRun.State.LOST
    assert run.ended_at is not None


@pytest.mark.slow
def test_a_worker_whose_idle_process_was_killed_goes_on_working(tmp_path: Path) -> None:
    schedule = ScheduleFactory(
        task=long_sleep.name,
        kwargs='{"seconds": 0}',
        interval=IntervalFactory(every=10, period="seconds"),
        last_run_at=timezone.now() - timedelta(days=2),
    )
    log = tmp_path / "celery.log"
    done = TaskRun.objects.filter(schedule=schedule, state=TaskRun.State.SUCCEEDED)
    kills = 3

    with celery(tmp_path, "worker", "--concurrency=2", "--loglevel=INFO") as worker:
        wait_for(lambda: log.exists() and " ready." in log.read_text(), log)
        for _ in range(kills):
            child = psutil.Process(worker.pid).children()[0]
            child.kill()
            psutil.wait_procs([child], timeout=10)
        with celery(tmp_path, *BEAT):
            wait_for(lambda: done.count() >= 2, log, seconds=90)


def test_three_beats_of_which_one_is_killed_run_an_interval_once_each_time(tmp_path: Path) -> None:
    schedule = ScheduleFactory(
        task=long_sleep.name,
        kwargs='{"seconds": 0}',
        interval=IntervalFactory(every=10, period="seconds"),
        last_run_at=timezone.now(),
    )
    runs = TaskRun.objects.filter(schedule=schedule).order_by("due_at")
    log = tmp_path / "celery.log"

    with (
        celery(tmp_path, *WORKER),
        celery(tmp_path, *BEAT) as one,
        celery(tmp_path, *BEAT),
        celery(tmp_path, *BEAT),
    ):
        wait_for(lambda: runs.filter(state=TaskRun.State.SUCCEEDED).count() >= 2, log, seconds=180)
        os.killpg(one.pid, signal.SIGKILL)
        one.wait(10)
        before = runs.count()
        wait_for(lambda: runs.count() >= before + 2, log, seconds=120)

    due = list(runs.values_list("due_at", flat=True))
    assert {(moment.second % 10, moment.microsecond) for moment in due} == {(0, 0)}
    assert len(due) == len(set(due))
