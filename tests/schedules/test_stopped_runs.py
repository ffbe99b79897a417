"""Runs that end early, in real workers: killed, canceled, and over their time limit."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.utils import timezone

from apps.schedules.models import TaskRun
from apps.schedules.services import run_cancel, run_send, runs_sweep
from tests.celery_processes import WORKER, celery, wait_for
from tests.factories.accounts import SuperuserFactory
from tests.factories.schedules import ScheduleFactory
from tests.schedules.processes import long_sleep, second_try, too_slow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def _worker(folder: Path) -> AbstractContextManager[subprocess.Popen]:
    return celery(folder, *WORKER)


def _sent(task: str, **arguments: int) -> TaskRun:
    run = TaskRun.objects.create(
        run_key=f"mine:{task}:{TaskRun.objects.count()}",
        schedule=ScheduleFactory(task=task, enabled=False),
        task_name=task,
        arguments={"kwargs": arguments},
        due_at=timezone.now(),
    )
    assert run_send(run=run)
    return run


def _wait(
    run: TaskRun, state: str, folder: Path, *, meanwhile: Callable[[], object] = lambda: None
) -> TaskRun:
    def is_there() -> bool:
        meanwhile()
        return TaskRun.objects.filter(pk=run.pk, state=state).exists()

    wait_for(is_there, folder / "celery.log", seconds=120)
    run.refresh_from_db()
    return run


def test_an_idempotent_run_whose_worker_was_killed_goes_on_in_the_next_one(
    broker: str, tmp_path: Path
) -> None:
    run = _sent(second_try.name)
    with _worker(tmp_path) as worker:
        _wait(run, "running", tmp_path)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
    with _worker(tmp_path):
        # As beat does every ten seconds.
        _wait(run, "succeeded", tmp_path, meanwhile=runs_sweep)
    assert (run.message, run.times_lost, run.claimed_by) == ("Went on.", 1, "")


def test_a_run_that_is_not_idempotent_waits_for_a_person_on_either_broker(
    broker: str, tmp_path: Path
) -> None:
    run = _sent(long_sleep.name)
    with _worker(tmp_path) as worker:
        _wait(run, "running", tmp_path)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
    _wait(run, "lost", tmp_path, meanwhile=runs_sweep)
    # A broker may deliver the message again: the run stays lost all the same.
    other = _sent(long_sleep.name, seconds=0)
    with _worker(tmp_path):
        _wait(other, "succeeded", tmp_path)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("lost", 1)
    assert TaskRun.objects.undecided().get() == run


@pytest.mark.parametrize("broker", ["files"], indirect=True)
def test_a_canceled_run_ends_at_once_and_its_worker_goes_on(broker: str, tmp_path: Path) -> None:
    run = _sent(long_sleep.name)
    with _worker(tmp_path):
        _wait(run, "running", tmp_path)
        run_cancel(run=run, reason="Too long", actor=SuperuserFactory())
        _wait(run, "canceled", tmp_path)
        _wait(_sent(long_sleep.name, seconds=0), "succeeded", tmp_path)
    assert run.message == "Stopped. What it had done by then stays done."
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("canceled", 1)


@pytest.mark.parametrize("broker", ["files"], indirect=True)
def test_a_run_over_its_time_limit_is_ended_as_failed(broker: str, tmp_path: Path) -> None:
    run = _sent(too_slow.name)
    with _worker(tmp_path):
        _wait(run, "failed", tmp_path)
    assert run.message == "It took longer than 2.0 s, so it was ended."
