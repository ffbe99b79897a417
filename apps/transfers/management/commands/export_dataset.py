"""Exports a dataset without a browser, to a file or to stdout."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from apps.core.commands import UNUSABLE, DataCommand
from apps.core.errors import DomainError
from apps.transfers.command_line import pair, user_of
from apps.transfers.engine.exporting import advance
from apps.transfers.models import ExportRun
from apps.transfers.models.uploads import private_storage
from apps.transfers.services import export_run_start


class Command(DataCommand):
    help = "Export a dataset as CSV or XLSX; what is exported can be imported again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset")
        parser.add_argument("--format", choices=["csv", "xlsx"], default="")
        parser.add_argument("--filter", action="append", metavar="FIELD=VALUE")
        parser.add_argument("--fields", default="", help="Comma-separated; all where not given.")
        parser.add_argument("-o", "--output", type=Path, help="Where to; stdout where not given.")
        parser.add_argument("--user", metavar="EMAIL", help="Export with this user's rights.")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = self._export(options)
        except DomainError as error:
            self.stderr.write(error.message)
            raise SystemExit(UNUSABLE) from None
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "export": run.pk,
                        "state": run.state,
                        "dataset": run.dataset,
                        "format": run.format,
                        "rows": run.rows,
                        "bytes": run.size,
                        "path": str(options["output"] or ""),
                        "seconds": run.seconds,
                    }
                )
            )
        elif options["output"]:
            self.stdout.write(f"{run.rows or 0:,} rows to {options['output']}.")

    def _export(self, options: dict[str, Any]) -> ExportRun:
        output: Path | None = options["output"]
        if output is None and options["json"]:
            raise DomainError("--json needs a file to write to (-o PATH).")
        suffix = output.suffix.lstrip(".").lower() if output else ""
        format = options["format"] or ("xlsx" if suffix == "xlsx" else "csv")
        run = export_run_start(
            dataset=options["dataset"],
            format=format,
            fields=[name.strip() for name in options["fields"].split(",") if name.strip()] or None,
            filters=dict(pair(text, "--filter") for text in options["filter"] or []),
            actor=user_of(options["user"]),
            in_background=False,
        )
        advance(run.pk)
        run.refresh_from_db()
        if run.state != ExportRun.State.READY:
            raise DomainError(run.error or "The export failed.")
        source = Path(private_storage().path(run.path))
        try:
            if output:
                shutil.copyfile(source, output)
            else:
                with source.open("rb") as file:
                    shutil.copyfileobj(file, sys.stdout.buffer)
        except OSError as error:
            raise DomainError(f"{output} cannot be written: {error.strerror}.") from None
        return run
