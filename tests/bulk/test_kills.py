"""A worker that is killed with -9 in the middle of a bulk action: the next one goes on, and nothing is done twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from apps.bulk.models import BulkRun
from apps.projects.models import Task
from tests.bulk.lists import MAY_CHANGE_TASKS, TASKS, client_who_may, confirm, planned, tasks, undo

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
ROWS = 6_000
# A worker that looks for work as the sweep does, without a broker in between.
WORKER = """
import sys, time, django
django.setup()
from django.conf import settings
from django.db import connections
settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = sys.argv[1]
settings.JOB_STALE_SECONDS = 1.5
from apps.bulk.engine.driver import advance
from apps.bulk.models import BulkRun
from apps.core.jobs import waiting_jobs
print("up", flush=True)
while True:
    for job in waiting_jobs([BulkRun]):
        advance(job.pk)
    time.sleep(0.02)
"""


def start_worker() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WORKER, str(connection.settings_dict["NAME"])],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )
    assert process.stdout is not None
    with process.stdout as output:
        assert output.readline().strip() == "up"
    return process


def wait_until(run: BulkRun, least: int, states: set[str]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        run.refresh_from_db()
        if run.rows_done >= least or run.state in states:
            return
        time.sleep(0.01)
    raise AssertionError(f"{run.state} with {run.rows_done} after two minutes")


def killed_once_and_ended(run: BulkRun, end: set[str]) -> None:
    worker = start_worker()
    try:
        wait_until(run, 1_000, end)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        run.refresh_from_db()
        assert run.is_working, "it ended before it was killed: more rows are needed"
        worker = start_worker()
        wait_until(run, ROWS + 1, end)
    finally:
        worker.kill()
        worker.wait()


def test_an_apply_and_an_undo_go_on_after_a_kill() -> None:
    tasks(ROWS)
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_status", status="done")
    confirm(client, run)

    killed_once_and_ended(run, {"applied", "applied_in_part", "failed"})

    assert (run.state, run.results["changed"]) == ("applied", ROWS)
    assert Task.objects.filter(status="done").count() == ROWS
    assert Task.history.filter(history_type="~").count() == ROWS

    undo(client, run)
    killed_once_and_ended(run, {"undone", "undone_in_part", "undo_stopped"})

    assert (run.state, run.results["undone"]) == ("undone", ROWS)
    assert Task.objects.filter(status="todo").count() == ROWS
    assert Task.history.filter(history_type="~").count() == 2 * ROWS
