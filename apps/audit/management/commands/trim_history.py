"""Remove history older than a date, and record what was removed and why."""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import CommandError

from apps.audit.retention import history_trim
from apps.core.commands import OperatorCommand
from apps.core.errors import DomainError


class Command(OperatorCommand):
    help = "Remove history older than a date. What was removed, and why, stays on record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--before",
            type=date.fromisoformat,
            required=True,
            metavar="DATE",
            help="Remove history older than this day, such as 2026-04-30.",
        )
        parser.add_argument(
            "--reason",
            required=True,
            help="Why you remove it. Kept with the record of what was removed.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        before = datetime.combine(options["before"], time.min, UTC)
        try:
            trimmed = history_trim(
                before=before, reason=options["reason"], actor="command trim_history"
            )
        except DomainError as error:
            raise CommandError(error.message, returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps({"removed": {each.table: each.rows for each in trimmed}}))
            return
        for each in trimmed:
            self.stdout.write(f"{each.table}: {each.rows:,} rows")
        self.stdout.write(f"Removed {sum(each.rows for each in trimmed):,} rows.")
