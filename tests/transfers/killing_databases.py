"""For a program beside the running product: takes an import through its life and kills the embedded
database's server in each phase. See `test_database_killed.py`."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError, connection

from apps.accounts.models import User
from apps.organizations.models import Organization
from apps.transfers.models import ExportRun, ImportRun, UndoRun
from apps.transfers.options import Matching
from apps.transfers.services import (
    export_run_start,
    import_run_confirm,
    import_run_match,
    import_run_start,
    import_run_undo,
)

PID_FILE = Path(os.environ["VAR_DIR"]) / "postgres" / "postmaster.pid"
DEADLINE = 240


def patiently[T](ask: Callable[[], T]) -> T:
    """Ask again where the database ended meanwhile."""
    until = time.monotonic() + DEADLINE
    while True:
        try:
            return ask()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def kill_the_server(times: int) -> None:
    """Kill the postmaster; the second time and later, the one that is just recovering."""
    last = 0
    for number in range(times):
        until = time.monotonic() + DEADLINE
        while (pid := postmaster()) in (0, last):
            assert time.monotonic() < until, "The database does not come back."
            time.sleep(0.01)
        if number:
            time.sleep(random.uniform(0, 0.5))  # noqa: S311
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        last = pid


def postmaster() -> int:
    try:
        return int(PID_FILE.read_text().split()[0])
    except (OSError, IndexError, ValueError):
        return 0


def fresh(job: Any) -> Any:
    return patiently(lambda: type(job)._default_manager.get(pk=job.pk))


def met(job: Any, during: tuple[str, ...], until: tuple[str, ...], times: int) -> Any:
    """Kill the server while the job is at work in one of these states; return the job when it got through."""
    deadline = time.monotonic() + DEADLINE
    while (job := fresh(job)).state not in (*during, *until):
        assert time.monotonic() < deadline, (type(job), job.pk, job.state)
    time.sleep(random.uniform(0, 0.8))  # noqa: S311
    kill_the_server(times)
    while (job := fresh(job)).state not in until:
        assert time.monotonic() < deadline, (type(job), job.pk, job.state, job.claimed_by)
        time.sleep(0.05)
    return job


def what_became_of(name: str, rows: int, times: int) -> dict[str, Any]:
    """Import, export and undo `rows` organizations called `name`; return what is there after each step.

    The server is killed `times` times in each phase.
    """
    actor = patiently(lambda: User.objects.get(email="administrator@quarterdeck.example"))
    mine = {"slug__startswith": f"{name}-"}
    before = patiently(Organization.objects.count)
    text = "Name,Slug\n" + "".join(f"{name} {n},{name}-{n}\n" for n in range(rows))
    file = ContentFile(text.encode(), name=f"{name}.csv")
    ended = tuple(ImportRun.ENDED_STATES)

    run = patiently(lambda: import_run_start(dataset="organizations", file=file, actor=actor))
    run = met(run, ("uploaded",), ("read", *ended), times)
    matching = Matching.from_json(run.matching)
    run = patiently(lambda: import_run_match(run=run, matching=matching, actor=actor))
    run = met(run, ("matched", "staged"), ("planned", *ended), times)
    counts = run.counts
    # The plan outlives the server too.
    kill_the_server(1)
    run = patiently(
        lambda: import_run_confirm(
            run=run, plan_token=run.plan_token, reason="", accept_impacts=True, actor=actor
        )
    )
    run = met(run, ("applying",), ended, times)
    output: dict[str, Any] = {
        "planned": counts,
        "import": [run.state, run.error, run.results.get("created"), run.rows_done],
        "created": patiently(lambda: Organization.objects.filter(**mine).count()),
        "history": patiently(lambda: Organization.history.filter(**mine).count()),
    }
    export = patiently(
        lambda: export_run_start(dataset="organizations", format="xlsx", actor=actor)
    )
    export = met(export, ("writing",), ("ready", "failed", "canceled"), times)
    output["export"] = [export.state, export.error, export.rows - before]
    undo = patiently(lambda: import_run_undo(run=run, reason="Wrong", actor=actor))
    undo = met(undo, ("undoing",), ("undone", "undone_in_part", "failed", "canceled"), times)
    output["undo"] = [undo.state, undo.error, undo.results["removed"], undo.rows_done]
    output["left"] = patiently(lambda: Organization.objects.filter(**mine).count())
    output["history after"] = patiently(lambda: Organization.history.filter(**mine).count())
    output["failures"] = [each.failures for each in map(fresh, (run, export, undo))]
    output["claims"] = patiently(
        lambda: [
            each
            for model in (ImportRun, ExportRun, UndoRun)
            for each in model.objects.exclude(claimed_by="").values_list("claimed_by", flat=True)
        ]
    )
    return output
