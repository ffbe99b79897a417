"""Load roles, flags and schedules from fixtures/reference; safe to run on every release."""

from typing import Any

from django.core.management.base import CommandError

from apps.audit.context import audit_context
from apps.backoffice.reference import load_reference
from apps.core.commands import OperatorCommand
from apps.core.errors import DomainError


class Command(OperatorCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        with audit_context(
            actor="command load_reference", reason="Reference data of the release", source="command"
        ):
            try:
                for message in load_reference():
                    self.stdout.write(f"{message}.")
            except DomainError as error:
                raise CommandError(error.message, returncode=2) from error
