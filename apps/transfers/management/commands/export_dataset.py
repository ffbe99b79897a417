"""Exports a dataset without a browser, to a file or to stdout."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from apps.core.commands import INCOMPLETE, DataCommand
from apps.core.errors import DomainError
from apps.core.interruption import begin_to_end
from apps.core.whole_file import whole_file
from apps.transfers import registry
from apps.transfers.command_line import named_pairs, progress, release_job, run_to_end, user_of
from apps.transfers.engine.export.driver import advance
from apps.transfers.models import ExportRun
from apps.transfers.models.uploads import private_storage
from apps.transfers.services import export_run_start

State = ExportRun.State


class Command(DataCommand):
    help = (
        "Export a dataset as CSV or XLSX; what is exported can be imported again. Exit 0: exported. "
        "Exit 2: it cannot be. Exit 3: it was stopped before the file was whole."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._run: ExportRun | None = None
        self._output: Path | None = None

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join(each.dataset() for each in registry.all_datasets())
        parser.add_argument("dataset", help=f"What to export: {names}.")
        parser.add_argument(
            "--format",
            choices=["csv", "xlsx"],
            default="",
            help="csv or xlsx. Default: the ending of the output's name, otherwise csv.",
        )
        parser.add_argument(
            "--filter",
            action="append",
            metavar="FIELD=VALUE",
            help='Only records with this value, as "role=owner"; no value means a blank one. '
            "Several fields must all fit.",
        )
        parser.add_argument("--fields", default="", help="Comma-separated. Default: all.")
        parser.add_argument(
            "-o", "--output", type=Path, metavar="PATH", help="Write to this file. Default: stdout."
        )
        parser.add_argument(
            "--user",
            metavar="EMAIL",
            help="Export with this person's permissions. Default: the system.",
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="Print one JSON object, even if the command fails. Needs -o.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._output = options["output"]
        run = self._exported(options)
        if run.state != State.READY:
            sentence = run.error or "The export failed."
            if run.state == State.CANCELED:
                self.refuse(f"Export {run.pk}: {sentence}", INCOMPLETE)
            raise DomainError(sentence)
        source = Path(private_storage().path(run.path))
        if self._output:
            with source.open("rb") as file, whole_file(self._output) as target:
                shutil.copyfileobj(file, target)
        else:
            with source.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
                sys.stdout.buffer.flush()
        if options["json"]:
            self.stdout.write(json.dumps(self._as_dict(run)))
        elif self._output:
            self.stdout.write(f"{run.rows or 0:,} rows to {self._output}.")

    def nothing_done(self) -> dict[str, Any]:
        if self._run is None:
            return {"export": None, "state": "", "rows": 0, "bytes": 0, "path": ""}
        run = ExportRun.objects.get(pk=self._run.pk)
        # The file is not where it should be, whatever the run's state.
        return self._as_dict(run) | {"path": ""}

    def unknown(self) -> dict[str, Any]:
        number = self._run and self._run.pk
        return {"export": number, "state": "", "rows": 0, "bytes": 0, "path": ""}

    def interrupted(self, signal: str) -> str:
        begin_to_end()
        if self._run is not None:
            release_job(self._run)
            ExportRun.objects.filter(pk=self._run.pk, state__in=ExportRun.WORK_STATES).filter(
                claimed_by=""
            ).update(state=State.CANCELED, error=f"Interrupted by {signal}.")
        return f"Interrupted by {signal}: nothing whole was exported."

    def _exported(self, options: dict[str, Any]) -> ExportRun:
        if self._output is None and options["json"]:
            raise DomainError("--json needs a file to write to (-o PATH).")
        if self._output is not None and not self._output.absolute().parent.is_dir():
            raise DomainError(f"{self._output} can't be written: there is no such folder.")
        suffix = self._output.suffix.lstrip(".").lower() if self._output else ""
        format = options["format"] or ("xlsx" if suffix == "xlsx" else "csv")
        run = self._run = export_run_start(
            dataset=options["dataset"],
            format=format,
            fields=[name.strip() for name in options["fields"].split(",") if name.strip()] or None,
            filters=named_pairs(options["filter"], "--filter"),
            actor=user_of(options["user"]),
            in_background=False,
        )
        with progress(run, "Export"):
            return run_to_end(run, advance)

    def _as_dict(self, run: ExportRun) -> dict[str, Any]:
        return {
            "export": run.pk,
            "state": run.state,
            "dataset": run.dataset,
            "format": run.format,
            "rows": run.rows or 0,
            "bytes": run.size or 0,
            "path": str(self._output or ""),
            "seconds": {**run.seconds, "total": round(sum(run.seconds.values()), 3)},
            "error": run.error,
        }
