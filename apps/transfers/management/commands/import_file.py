"""Imports a file without a browser, in this process, through the same engine."""

import json
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandParser

from apps.accounts.approvals.mails import address
from apps.accounts.approvals.services import approval_ask
from apps.core.approvals import ApprovalNeeded
from apps.core.commands import UNUSABLE, DataCommand
from apps.core.errors import DomainError
from apps.transfers.command_line import (
    OK,
    SOME_FAILED,
    matching_from_options,
    run_json,
    user_of,
)
from apps.transfers.engine.plan_lists import index_for_search
from apps.transfers.engine.running import advance
from apps.transfers.models import ImportRun
from apps.transfers.options import Reading
from apps.transfers.selectors.plans import search_columns
from apps.transfers.services import import_run_confirm, import_run_match, import_run_start

State = ImportRun.State


class Command(DataCommand):
    help = "Import a CSV or XLSX file: read it, plan it, and apply what can be applied."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset")
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--map", action="append", metavar="HEADER=FIELD", help='"#3" is column 3.'
        )
        parser.add_argument("--value", action="append", metavar="FIELD:WORD=VALUE")
        parser.add_argument("--mode", choices=["upsert", "create", "update"], default="upsert")
        parser.add_argument("--on-error", choices=["skip", "stop"], default="skip")
        parser.add_argument("--stop-after", type=int, metavar="N", help="Give up at N bad rows.")
        parser.add_argument("--create-missing", action="append", metavar="FIELD")
        parser.add_argument("--blank", action="append", metavar="FIELD=leave|clear|refuse")
        parser.add_argument("--empty", action="append", metavar="FIELD=WORD")
        parser.add_argument("--date-order", action="append", metavar="FIELD=dmy|mdy|ymd")
        parser.add_argument("--decimal-mark", choices=[".", ","], default="")
        parser.add_argument("--dry-run", action="store_true", help="Plan, and apply nothing.")
        parser.add_argument("--reason", default="")
        parser.add_argument("--user", metavar="EMAIL", help="Import with this user's rights.")
        parser.add_argument("--encoding", default="")
        parser.add_argument("--delimiter", default="")
        parser.add_argument("--sheet", default="")
        parser.add_argument("--header-row", type=int, default=0)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = self._import(options)
        except DomainError as error:
            self.stderr.write(error.message)
            raise SystemExit(UNUSABLE) from None
        result = run_json(run)
        if options["json"]:
            self.stdout.write(json.dumps(result, default=str))
        else:
            self._say(run, result)
        code = SOME_FAILED if result["failed"] or result["drifted"] else OK
        if run.state in (State.FAILED, State.CANCELLED):
            self.stderr.write(run.error)
            code = SOME_FAILED if result["failed"] else UNUSABLE
        if code:
            raise SystemExit(code)

    def _import(self, options: dict[str, Any]) -> ImportRun:
        actor = user_of(options["user"])
        path: Path = options["path"]
        if not path.is_file():
            what = f"{path} is no regular file" if path.exists() else f"There is no file {path}"
            raise DomainError(f"{what}.")
        if options["stop_after"] is not None and options["stop_after"] < 0:
            raise DomainError("--stop-after takes a number of rows, 0 for never.")
        reading = Reading(
            encoding=options["encoding"],
            delimiter=options["delimiter"],
            sheet=options["sheet"],
            header_row=options["header_row"],
        )
        try:
            with path.open("rb") as file:
                run = import_run_start(
                    dataset=options["dataset"],
                    file=File(file, name=path.name),
                    reading=reading,
                    actor=actor,
                    door="command",
                )
        except OSError as error:
            raise DomainError(f"{path} cannot be read: {error.strerror}.") from None
        run = self._advanced(run, State.READ)
        if run.findings.get("needs_sheet"):
            visible = [f"“{s['name']}”" for s in run.findings["sheets"] if not s["hidden"]]
            names = ", ".join(visible[:20]) + (", …" if len(visible) > 20 else "")
            raise DomainError(f"The workbook has several sheets: {names}. Choose one with --sheet.")
        matching = matching_from_options(run, options)
        import_run_match(run=run, matching=matching, actor=actor)
        run = self._advanced(run, State.PLANNED)
        if options["dry_run"] or not run.rows_to_do:
            return self._settled(run, options)
        if matching.on_error == "stop" and run.counts.get("refused"):
            run.error = "Nothing was applied: rows are refused, and --on-error is stop."
            run.state = State.FAILED
            run.save(update_fields=["error", "state"])
            return run
        try:
            import_run_confirm(
                run=run,
                plan_token=run.plan_token,
                reason=options["reason"],
                typed_number=None,
                actor=actor,
                accept_impacts=True,
            )
        except ApprovalNeeded as needed:
            return self._asked(run, needed, options)
        return self._advanced(run, State.APPLIED)

    def _asked(self, run: ImportRun, needed: ApprovalNeeded, options: dict[str, Any]) -> ImportRun:
        """Ask for the second person; a worker applies the run when he has approved it."""
        if run.user is None:
            raise needed
        # What this process would have gone on with is now a worker's.
        ImportRun.objects.filter(pk=run.pk).update(door="import")
        request = approval_ask(draft=needed.draft, reason=options["reason"], actor=run.user)
        raise DomainError(
            f"{needed.message} Nothing was imported yet; it is asked for: {address(request)}"
        )

    def _settled(self, run: ImportRun, options: dict[str, Any]) -> ImportRun:
        """A file in which nothing is to be done is applied as it stands."""
        if not options["dry_run"]:
            import_run_confirm(
                run=run,
                plan_token=run.plan_token,
                reason=options["reason"],
                actor=user_of(options["user"]),
                accept_impacts=True,
                allow_empty=True,
            )
            return self._advanced(run, State.APPLIED)
        # A dry run is made to be looked at.
        index_for_search(run, search_columns(run))
        return run

    def _advanced(self, run: ImportRun, wanted: str) -> ImportRun:
        """Do the worker's part here; raises DomainError when the run ended before `wanted`."""
        advance(run.pk)
        run = ImportRun.objects.select_related("upload", "user", "confirmed_by").get(pk=run.pk)
        if run.state != wanted and wanted != State.APPLIED:
            raise DomainError(run.error or f"The run is {run.get_state_display().lower()}.")
        return run

    def _say(self, run: ImportRun, result: dict[str, Any]) -> None:
        counts = ", ".join(
            f"{result[name]:,} {name}"
            for name in ("created", "updated", "unchanged", "failed", "skipped", "drifted")
        )
        self.stdout.write(
            f"Run {run.pk}, {run.get_state_display().lower()}: {run.rows:,} rows: {counts}."
        )
        if result["not_imported"]:
            self.stdout.write(f"Columns not imported: {', '.join(result['not_imported'])}.")
        for note in result["notes"]:
            self.stdout.write(note)
        for impact in run.impacts:
            self.stdout.write(impact["sentence"])
        for problem in result["problems"]:
            where = f", {problem['column']}" if problem["column"] else ""
            perhaps = f" Perhaps: {problem['suggestion']}." if problem["suggestion"] else ""
            self.stdout.write(f"Row {problem['row']:,}{where}: {problem['message']}{perhaps}")
