"""Fill the database with invented people, organizations and projects; safe to run twice."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.context import audit_context
from apps.backoffice.demo_staff import seed_staff
from apps.core.errors import DomainError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--members", type=int, default=200, help="How many seats to invent (default: 200)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with audit_context(actor="command seed_demo", reason="Demo data", door="command"):
            try:
                self.stdout.write(f"{seed_staff()} staff users created.")
            except DomainError as error:
                raise CommandError(error.message, returncode=2) from error
