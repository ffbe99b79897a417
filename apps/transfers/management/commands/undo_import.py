"""Undoes an import without a browser, in this process."""

import json
from typing import Any

from django.core.management.base import CommandParser

from apps.core.commands import UNUSABLE, DataCommand
from apps.core.errors import DomainError
from apps.transfers.command_line import SOME_FAILED, user_of
from apps.transfers.engine.undoing import advance
from apps.transfers.models import ImportRun, UndoRun
from apps.transfers.services import import_run_undo


class Command(DataCommand):
    help = "Undo an import run: remove what it created, put back what it changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int)
        parser.add_argument("--reason", default="")
        parser.add_argument("--user", metavar="EMAIL", help="Undo with this user's rights.")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            undo = self._undo(options)
        except DomainError as error:
            self.stderr.write(error.message)
            raise SystemExit(UNUSABLE) from None
        results = undo.results
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "run": undo.run_id,
                        "undo": undo.pk,
                        "state": undo.state,
                        "rows": undo.rows_done,
                        "removed": results.get("removed", 0),
                        "reverted": results.get("reverted", 0),
                        "kept": results.get("kept", 0),
                        "seconds": undo.seconds,
                        "error": undo.error,
                    }
                )
            )
        else:
            self.stdout.write(
                f"Run {undo.run_id}: {results.get('removed', 0):,} records removed, "
                f"{results.get('reverted', 0):,} set back, {results.get('kept', 0):,} rows kept."
            )
        if undo.state == UndoRun.State.FAILED:
            self.stderr.write(undo.error)
            raise SystemExit(UNUSABLE)
        if results.get("kept"):
            raise SystemExit(SOME_FAILED)

    def _undo(self, options: dict[str, Any]) -> UndoRun:
        actor = user_of(options["user"])
        runs = ImportRun.objects.all() if actor is None else ImportRun.objects.for_staff(actor)
        run = runs.filter(pk=options["run"]).first()
        if run is None:
            raise DomainError(f"There is no import run {options['run']}.")
        undo = import_run_undo(
            run=run,
            reason=options["reason"],
            actor=actor,
            in_background=False,
        )
        advance(undo.pk)
        undo.refresh_from_db()
        return undo
