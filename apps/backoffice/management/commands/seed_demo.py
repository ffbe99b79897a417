"""Fill the database with invented people, organizations and projects; safe to run twice."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from apps.audit.context import audit_context
from apps.backoffice.demo.seed import seed_demo
from apps.core.commands import OperatorCommand
from apps.core.errors import DomainError


class Command(OperatorCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--members",
            type=int,
            default=200,
            help="How many people to invent, each with a membership (default: 200).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_DATA_ALLOWED:
            raise CommandError(
                "Demo data has sign-ins with a known password and never goes into production.",
                returncode=2,
            )
        if options["members"] < 0:
            raise CommandError("--members cannot be negative.", returncode=2)
        with audit_context(actor="command seed_demo", reason="Demo data", source="command"):
            try:
                counts = seed_demo(options["members"], self._say)
            except DomainError as error:
                raise CommandError(error.message, returncode=2) from error
        added = [f"{number:,} {noun}" for noun, number in counts.items() if number]
        self.stdout.write(f"Added {', '.join(added)}." if added else "The demo data is all there.")

    def _say(self, progress: str) -> None:
        self.stderr.write(progress)
