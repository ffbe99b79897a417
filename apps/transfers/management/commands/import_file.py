"""Imports a file without a browser, in this process, through the same engine."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandParser
from django.utils import timezone

from apps.accounts.approvals.mails import address
from apps.accounts.approvals.services import approval_ask
from apps.core.actors import Actor
from apps.core.approvals import ApprovalNeeded
from apps.core.commands import INCOMPLETE, DataCommand
from apps.core.errors import DomainError
from apps.core.interruption import begin_to_end
from apps.transfers.command_line import (
    import_exit_code,
    import_json,
    matching_from_options,
    nothing_imported,
    progress,
    release_job,
    run_to_end,
    user_of,
)
from apps.transfers.command_line.arguments import add_import_arguments
from apps.transfers.engine.driver import advance
from apps.transfers.engine.plan.lists import index_for_search, search_columns
from apps.transfers.models import ImportRun
from apps.transfers.options import Reading
from apps.transfers.services import (
    import_run_cancel,
    import_run_confirm,
    import_run_match,
    import_run_start,
)

State = ImportRun.State


class _EndedEarlyError(Exception):
    """The run ended before it was planned; it has its own error."""


class Command(DataCommand):
    help = (
        "Import a CSV or XLSX file: read it, plan it, and apply what can be applied. Exit 0: every row "
        "was applied (with --dry-run: planned). Exit 3: rows failed, or only a part was applied. Exit 2: "
        "the file or the call cannot be used."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._run: ImportRun | None = None
        self._dataset = ""

    def add_arguments(self, parser: CommandParser) -> None:
        add_import_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        self._dataset = options["dataset"]
        with suppress(_EndedEarlyError):
            self._import(options)
        run = self._fresh()
        result = import_json(run)
        code = import_exit_code(run, result)
        if options["json"]:
            self.stdout.write(json.dumps(result, default=str))
        else:
            self._say(run, result)
        if run.error:
            # If a run did something, or might have, the operator must know its number.
            which = f"Import run {run.pk}: " if code == INCOMPLETE else ""
            self.stderr.write(f"{which}{run.error}")
        if code:
            raise SystemExit(code)

    def nothing_done(self) -> dict[str, Any]:
        return import_json(self._fresh()) if self._run else nothing_imported(self._dataset)

    def unknown(self) -> dict[str, Any]:
        return nothing_imported(self._dataset) | {"run": self._run and self._run.pk}

    def away(self, message: str) -> tuple[str, int]:
        if self._run is None:
            return super().away(message)
        number = self._run.pk
        return (
            f"Import run {number}: the database does not answer ({message}). What was applied is kept. Once the "
            f"database is back, a worker goes on with the run; cancel_import {number} stops it.",
            INCOMPLETE,
        )

    def interrupted(self, signal: str) -> str:
        begin_to_end()
        if self._run is None:
            return f"Interrupted by {signal}: nothing was imported."
        release_job(self._run)
        run = self._fresh()
        if not run.has_ended:
            reason = f"interrupted by {signal}"
            try:
                import_run_cancel(run=run, actor=run.user, reason=reason)
            except DomainError as error:
                return f"Import run {run.pk}: {error.message}"
            advance(run.pk)
        run = self._fresh()
        message = run.error or f"{run.get_state_display().lower()}."
        return f"Import run {run.pk}: {message}"

    def _import(self, options: dict[str, Any]) -> None:
        actor = user_of(options["user"])
        run = self._run = self._started(options, actor)
        with progress(run, "Import run"):
            self._advance_to(State.READ)
            if self._fresh().findings.get("needs_sheet"):
                raise _several_sheets(self._fresh())
            matching = matching_from_options(self._fresh(), options)
            import_run_match(run=run, matching=matching, actor=actor)
            run = self._advance_to(State.PLANNED)
            if options["dry_run"]:
                # A person will look at a dry run's plan.
                index_for_search(run, search_columns(run))
                return
            if matching.on_error == "stop" and run.counts.get("refused"):
                run.error = "Nothing was applied: rows are refused, and --on-error is stop."
                run.state, run.ended_at = State.FAILED, timezone.now()
                run.save(update_fields=["error", "state", "ended_at"])
                return
            self._apply(run, actor, options["reason"])

    def _started(self, options: dict[str, Any], actor: Actor) -> ImportRun:
        path: Path = options["path"]
        if not path.is_file():
            what = f"{path} is not a regular file" if path.exists() else f"There is no file {path}"
            raise DomainError(f"{what}.")
        if (options["stop_after"] or 0) < 0:
            raise DomainError("--stop-after takes a number of rows, 0 for never.")
        if options["header_row"] < 0:
            raise DomainError("--header-row takes a row's number, counted from 1; 0 finds it out.")
        reading = Reading(
            encoding=options["encoding"],
            delimiter=options["delimiter"],
            sheet=options["sheet"],
            header_row=options["header_row"],
        )
        try:
            with path.open("rb") as file:
                return import_run_start(
                    dataset=options["dataset"],
                    file=File(file, name=path.name),
                    reading=reading,
                    actor=actor,
                    source="command",
                )
        except OSError as error:
            raise DomainError(f"{path} can't be read: {error.strerror}.") from None

    def _apply(self, run: ImportRun, actor: Actor, reason: str) -> None:
        """Confirm the plan and apply it, even if there is nothing to change."""
        try:
            import_run_confirm(
                run=run,
                plan_token=run.plan_token,
                reason=reason,
                actor=actor,
                accept_impacts=True,
                allow_empty=not run.rows_to_do,
            )
        except ApprovalNeeded as needed:
            self._ask(run, needed, reason)
        run_to_end(run, advance)

    def _ask(self, run: ImportRun, needed: ApprovalNeeded, reason: str) -> None:
        """Request approval; a worker applies the run once it is approved."""
        if run.user is None:
            raise needed
        # A worker continues with what this process would have done.
        ImportRun.objects.filter(pk=run.pk).update(source="import")
        request = approval_ask(draft=needed.draft, reason=reason, actor=run.user)
        raise DomainError(
            f"{needed.message} Nothing was imported yet; it is asked for: {address(request)}"
        )

    def _advance_to(self, wanted: str) -> ImportRun:
        """Do the worker's part here; raises if the run ended before `wanted`."""
        run_to_end(self._fresh(), advance)
        run = self._fresh()
        if run.has_ended:
            raise _EndedEarlyError
        if run.state != wanted:
            raise DomainError(
                f"The run is {run.get_state_display().lower()}: somebody else changed it meanwhile."
            )
        return run

    def _fresh(self) -> ImportRun:
        assert self._run is not None  # noqa: S101
        runs = ImportRun.objects.select_related("upload", "user", "confirmed_by")
        return runs.get(pk=self._run.pk)

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


def _several_sheets(run: ImportRun) -> DomainError:
    visible = [f"“{s['name']}”" for s in run.findings["sheets"] if not s["hidden"]]
    names = ", ".join(visible[:20]) + (", …" if len(visible) > 20 else "")
    return DomainError(f"The workbook has several sheets: {names}. Choose one with --sheet.")
