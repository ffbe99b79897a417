"""Real beat and worker processes, on the test's database and a broker of their own."""

import os
import signal
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from django.db.models import QuerySet
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.schedules.models import TaskRun
from apps.schedules.services import runs_sweep
from tests.celery_processes import BEAT, WORKER, celery, wait_for
from tests.factories.schedules import IntervalFactory, ScheduleFactory
from tests.schedules.processes import long_sleep

pytestmark = pytest.mark.django_db(transaction=True)


def _are(runs: QuerySet[TaskRun], number: int) -> bool:
    return runs.count() >= number


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
    assert run.message == "Slept 0 seconds."
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

    # The due time of yesterday, which nobody was there for, has its own row.
    run = runs.exclude(state=TaskRun.State.MISSED).get()
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
            # After a kill, the worker takes a moment to start another one.
            wait_for(lambda: bool(psutil.Process(worker.pid).children()), log)
            child = psutil.Process(worker.pid).children()[0]
            child.kill()
            psutil.wait_procs([child], timeout=10)
        with celery(tmp_path, *BEAT):
            wait_for(lambda: done.count() >= 2, log, seconds=90)


@pytest.mark.faults
def test_three_beats_killed_and_started_again_write_each_due_time_once(tmp_path: Path) -> None:
    schedule = ScheduleFactory(
        task=long_sleep.name,
        kwargs='{"seconds": 0}',
        interval=IntervalFactory(every=10, period="seconds"),
        last_run_at=timezone.now(),
    )
    runs = TaskRun.objects.filter(schedule=schedule).order_by("due_at")
    log = tmp_path / "celery.log"

    with celery(tmp_path, *WORKER), ExitStack() as beats:
        running = [beats.enter_context(celery(tmp_path, *BEAT)) for _ in range(3)]
        for killed in running:
            one_more = runs.count() + 1
            wait_for(partial(_are, runs, one_more), log, seconds=120)
            os.killpg(killed.pid, signal.SIGKILL)
            killed.wait(10)
            beats.enter_context(celery(tmp_path, *BEAT))
        wait_for(partial(_are, runs, runs.count() + 2), log, seconds=120)
        wait_for(lambda: runs.filter(state=TaskRun.State.SUCCEEDED).count() >= 3, log)

    due = list(runs.values_list("due_at", flat=True))
    # Without a gap and without a double one.
    assert {later - earlier for earlier, later in pairwise(due)} == {timedelta(seconds=10)}
    assert {(moment.second % 10, moment.microsecond) for moment in due} == {(0, 0)}
    schedule.refresh_from_db()
    assert schedule.total_run_count == len(due)


@pytest.mark.slow
def test_three_beats_at_every_five_seconds_make_twelve_due_times_a_minute(
    broker: str, tmp_path: Path
) -> None:
    # An interval has ten seconds at least: these are two of them, five seconds apart.
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    schedules = [
        ScheduleFactory(
            task=long_sleep.name,
            kwargs='{"seconds": 0}',
            interval=IntervalFactory(every=10, period="seconds"),
            start_time=midnight + timedelta(seconds=offset),
            enabled=False,
        )
        for offset in (0, 5)
    ]
    runs = TaskRun.objects.filter(schedule__in=schedules).order_by("due_at")
    log = tmp_path / "celery.log"

    with celery(tmp_path, *WORKER), ExitStack() as beats:
        running = [beats.enter_context(celery(tmp_path, *BEAT)) for _ in range(3)]
        # Only now, so that no due time is missed while the processes start.
        wait_for(lambda: log.read_text().count("beat: Starting") == 3, log, seconds=120)
        wait_for(lambda: " ready." in log.read_text(), log)
        PeriodicTask.objects.update(enabled=True, last_run_at=timezone.now())
        wait_for(partial(_are, runs, 4), log, seconds=120)
        os.killpg(running[0].pid, signal.SIGKILL)
        running[0].wait(10)
        wait_for(partial(_are, runs, 7), log)
        beats.enter_context(celery(tmp_path, *BEAT))
        wait_for(partial(_are, runs, 16), log, seconds=120)
        wait_for(lambda: not runs.filter(state__in=TaskRun.OPEN).exists(), log)
        due = list(runs.values_list("due_at", flat=True))

    assert len(due) == len(set(due))
    assert {later - earlier for earlier, later in pairwise(due)} == {timedelta(seconds=5)}
    assert len([moment for moment in due if moment < due[0] + timedelta(minutes=1)]) == 12
    # And each was run once.
    assert set(runs.values_list("state", "attempts")) == {(TaskRun.State.SUCCEEDED, 1)}
