"""Undoes an import without a browser, in this process."""

import json
from typing import Any

from django.core.management.base import CommandParser

from apps.core.commands import INCOMPLETE, UNUSABLE, DataCommand
from apps.core.errors import DomainError
from apps.core.interruption import begin_to_end
from apps.transfers.command_line import progress, release_job, run_to_end, user_of
from apps.transfers.engine.undo.driver import advance
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.services import import_run_undo, undo_run_cancel


class Command(DataCommand):
    help = (
        "Undo an import run: remove what it created, put back what it changed. Where the undo runs "
        "already, wait for it. Exit 0: undone. Exit 3: rows were kept, or it was stopped. Exit 2: it "
        "cannot be undone."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._undo: UndoRun | None = None
        self._run_id: int | None = None

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="The import run's number.")
        parser.add_argument("--reason", default="", help="Why you undo it. Kept in the audit log.")
        parser.add_argument(
            "--user",
            metavar="EMAIL",
            help="Undo with this person's permissions. Default: the system.",
        )
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object, even if the command fails."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._run_id = options["run"]
        undo = self._undone(options)
        results = undo.results
        if options["json"]:
            self.stdout.write(json.dumps(_as_dict(undo)))
        else:
            self.stdout.write(
                f"Run {undo.run_id}: {results.get('removed', 0):,} records removed, "
                f"{results.get('reverted', 0):,} set back, {results.get('kept', 0):,} rows kept."
            )
        if undo.error:
            self.stderr.write(f"Undo of run {undo.run_id}: {undo.error}")
        if undo.state == UndoRun.State.FAILED:
            raise SystemExit(INCOMPLETE if undo.rows_done else UNUSABLE)
        if undo.state != UndoRun.State.UNDONE or results.get("kept"):
            raise SystemExit(INCOMPLETE)

    def nothing_done(self) -> dict[str, Any]:
        if self._undo is not None:
            return _as_dict(UndoRun.objects.get(pk=self._undo.pk))
        return _as_dict(UndoRun()) | {"run": self._run_id, "state": ""}

    def unknown(self) -> dict[str, Any]:
        message = _as_dict(UndoRun()) | {"run": self._run_id, "state": ""}
        return message | {"undo": self._undo and self._undo.pk}

    def away(self, message: str) -> tuple[str, int]:
        if self._undo is None:
            return super().away(message)
        return (
            f"Undo of run {self._run_id}: the database does not answer ({message}). What was undone stays undone. "
            f"Once the database is back, a worker goes on; cancel_import {self._run_id} stops it.",
            INCOMPLETE,
        )

    def interrupted(self, signal: str) -> str:
        begin_to_end()
        if self._undo is None:
            return f"Interrupted by {signal}: nothing was undone."
        release_job(self._undo)
        undo = UndoRun.objects.get(pk=self._undo.pk)
        if undo.state in UndoRun.WORK_STATES:
            if undo.claimed_by:
                return (
                    f"Interrupted by {signal}. Another process undoes run {undo.run_id} and goes on; "
                    f"stop it with cancel_import {undo.run_id}."
                )
            undo_run_cancel(undo_run=undo, actor=undo.user)
            advance(undo.pk)
            undo.refresh_from_db()
        return f"Undo of run {undo.run_id}: {undo.error or undo.get_state_display().lower()}"

    def _undone(self, options: dict[str, Any]) -> UndoRun:
        actor = user_of(options["user"])
        runs = ImportRun.objects.all() if actor is None else ImportRun.objects.for_staff(actor)
        run = runs.filter(pk=options["run"]).first()
        if run is None:
            raise DomainError(f"There is no import run {options['run']}.")
        self._undo = import_run_undo(
            run=run, reason=options["reason"], actor=actor, in_background=False
        )
        with progress(self._undo, "Undo"):
            return run_to_end(self._undo, advance)


def _as_dict(undo: UndoRun) -> dict[str, Any]:
    return {
        "run": undo.run_id,
        "undo": undo.pk,
        "state": undo.state,
        "rows": undo.rows_done,
        "removed": undo.results.get("removed", 0),
        "reverted": undo.results.get("reverted", 0),
        "kept": undo.results.get("kept", 0),
        "seconds": {**undo.seconds, "total": round(sum(undo.seconds.values()), 3)},
        "error": undo.error,
    }
