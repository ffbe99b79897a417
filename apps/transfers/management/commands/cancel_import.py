"""Cancels an import, or its undo, wherever it runs."""

import json
import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from apps.core.commands import INCOMPLETE, DataCommand
from apps.core.errors import DomainError
from apps.core.jobs import Job
from apps.transfers.command_line import user_of
from apps.transfers.engine import driver
from apps.transfers.engine.undo import driver as undo_driver
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.services import import_run_cancel, undo_run_cancel


class Command(DataCommand):
    help = (
        "Stop an import run, or its undo where that is running: at once, or at the end of the chunk that "
        "is being written. What was applied by then stays and can be undone. Exit 0: it has stopped. "
        "Exit 3: it was asked to stop and has not yet, or was done before. Exit 2: nothing to stop."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="The import run's number.")
        parser.add_argument(
            "--reason", default="", help="Why you cancel it. Kept in the audit log."
        )
        parser.add_argument(
            "--user",
            metavar="EMAIL",
            help="Cancel with this person's permissions. Default: the system.",
        )
        parser.add_argument(
            "--wait",
            type=float,
            default=60.0,
            metavar="SECONDS",
            help="How long to wait until it has stopped (default: 60).",
        )
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object, even if the command fails."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        actor = user_of(options["user"])
        runs = ImportRun.objects.all() if actor is None else ImportRun.objects.for_staff(actor)
        run = runs.filter(pk=options["run"]).first()
        if run is None:
            raise DomainError(f"There is no import run {options['run']}.")
        undo = run.undo_runs.filter(state__in=UndoRun.WORK_STATES).first()
        job: Any
        if undo is not None:
            job = undo_run_cancel(undo_run=undo, actor=actor, reason=options["reason"])
            job = _stopped(job, undo_driver.advance, options["wait"])
        else:
            job = import_run_cancel(run=run, actor=actor, reason=options["reason"])
            job = _stopped(job, driver.advance, options["wait"])
        self._say(run, job, options)

    def _say(self, run: ImportRun, job: ImportRun | UndoRun, options: dict[str, Any]) -> None:
        what = "Undo of run" if isinstance(job, UndoRun) else "Import run"
        if job.state in job.WORK_STATES:
            sentence = f"{what} {run.pk} was asked to stop and has not yet."
        else:
            sentence = f"{what} {run.pk}: {job.error or job.get_state_display().lower()}"
        has_stopped = job.state == job.State.CANCELED or (
            job.state == ImportRun.State.APPLIED_IN_PART and job.rows_done < job.rows_to_do
        )
        if options["json"]:
            message = {
                "run": run.pk,
                "undo": job.pk if isinstance(job, UndoRun) else None,
                "state": job.state,
                "stopped": has_stopped,
                "rows_done": job.rows_done,
                "rows_to_do": job.rows_to_do,
                "error": "" if has_stopped else sentence,
            }
            self.stdout.write(json.dumps(message))
        elif has_stopped:
            self.stdout.write(sentence)
        if not has_stopped:
            self.stderr.write(sentence)
            raise SystemExit(INCOMPLETE)


def _stopped[T: Job](job: T, advance: Callable[[T], Any], seconds: float) -> T:
    """Wait until the process that has the job has ended it; end it here if none has."""
    until = time.monotonic() + seconds
    while True:
        advance(job.pk)
        fresh: Any = type(job)._default_manager.get(pk=job.pk)
        if fresh.state not in fresh.WORK_STATES or time.monotonic() >= until:
            return fresh
        time.sleep(0.3)
