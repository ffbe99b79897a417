"""Make a report without a browser, as a file or on the screen. Exit 0: made. Exit 2: it cannot be."""

import json
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.core.commands import INCOMPLETE, OperatorCommand
from apps.core.errors import DomainError
from apps.core.fields import fold_email
from apps.core.interruption import begin_to_end
from apps.core.whole_file import whole_file
from apps.reports.formats import FORMATS, check_format
from apps.reports.models import ReportRun
from apps.reports.registry import all_reports
from apps.reports.services import report_run_advance, report_run_start


class Command(OperatorCommand):
    help = __doc__
    _run: ReportRun | None = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = ", ".join(definition.name for definition in all_reports())
        parser.add_argument("name", help=f"The report: {names}.")
        parser.add_argument(
            "--param",
            action="append",
            default=[],
            metavar="K=V",
            help="A parameter of the report, such as week=2026-W47.",
        )
        parser.add_argument("--format", default="csv", help=f"{', '.join(FORMATS)}. Default: csv.")
        parser.add_argument(
            "-o", "--output", metavar="PATH", help="Write to this file. Default: the screen."
        )
        parser.add_argument(
            "--user",
            metavar="EMAIL",
            help="Make the report for this person, within their scope. Default: the system.",
        )
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object that describes the run."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()
        try:
            check_format(options["format"])
        except DomainError as error:
            raise _refusal(error.message) from error
        is_text = options["format"] in ("csv", "html")
        if options["output"] is None and (options["json"] or not is_text):
            raise _refusal("This can't be printed to the screen. Name a file with -o.")
        user = _user(options["user"])
        try:
            with audit_context(actor=user or "command run_report", source="command"):
                self._run = report_run_start(
                    report=options["name"],
                    params=_params(options["param"]),
                    format=options["format"],
                    source=ReportRun.Source.COMMAND,
                    actor=user,
                )
                run = report_run_advance(run_id=self._run.pk)
            content = self._content(run)
            if options["output"]:
                with whole_file(Path(options["output"])) as file:
                    file.write(content)
        except DomainError as error:
            raise _refusal(error.message) from error
        except PermissionDenied as error:
            raise _refusal(f"{user} does not have the permission {error}.") from error
        if options["json"]:
            message = {
                "run": run.pk,
                "report": run.report,
                "params": run.params,
                "period": run.period,
                "state": run.state,
                "rows": run.row_count or 0,
                "bytes": len(content),
                "output": options["output"],
                "seconds": round(monotonic() - started, 3),
            }
            self.stdout.write(json.dumps(message))
        elif options["output"]:
            self.stdout.write(f"{run.row_count:,} rows, {run.period}: {options['output']}")
        else:
            self.stdout.write(content.decode("utf-8-sig"), ending="")

    def _content(self, run: ReportRun) -> bytes:
        if run.state == ReportRun.State.CANCELED:
            self.refuse(run.error or f"Run {run.pk} was canceled.", INCOMPLETE)
        if run.state != ReportRun.State.SUCCEEDED:
            raise DomainError(run.error)
        with run.file.open("rb") as file:
            return bytes(file.read())

    def interrupted(self, signal: str) -> str:
        begin_to_end()
        if self._run is not None:
            ReportRun.release_of_this_process(self._run.pk)
            unfinished = ReportRun.objects.filter(pk=self._run.pk, state__in=ReportRun.WORK_STATES)
            unfinished.filter(claimed_by="").update(
                state=ReportRun.State.CANCELED, error=f"Interrupted by {signal}."
            )
        return f"Interrupted by {signal}: no file was made."

    def nothing_done(self) -> dict[str, Any]:
        return {"run": None, "state": "", "rows": 0, "bytes": 0}


def _refusal(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=2)


def _user(email: str | None) -> User | None:
    if email is None:
        return None
    user = User.objects.filter(email=fold_email(email), is_active=True).first()
    if user is None:
        raise _refusal(f"No active person has the address {email}.")
    return user


def _params(given: list[str]) -> dict[str, str]:
    params: dict[str, str] = {}
    for item in given:
        name, sign, value = item.partition("=")
        if not sign:
            raise _refusal(f"--param {item} has no “=”. Write it like week=2026-W47.")
        if params.get(name, value) != value:
            raise _refusal(f"--param gives {name} twice: “{params[name]}” and “{value}”. Keep one.")
        params[name] = value
    return params
