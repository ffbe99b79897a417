"""Restores access for a person who lost every second factor. The last resort, on the server itself."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.accounts.models import User
from apps.accounts.signin.factor_reset import second_factors_reset
from apps.core.commands import OperatorCommand
from apps.core.errors import DomainError


class Command(OperatorCommand):
    help = (
        "Removes a person's second factors and recovery codes, ends their sessions, and prints a link to "
        "set a new password. For an administrator who has lost everything."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's e-mail address")
        parser.add_argument("--reason", required=True, help="kept in the audit log")

    def handle(self, *args: Any, email: str, reason: str, **options: Any) -> None:
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"No account here has the address {email}.", returncode=2)
        try:
            removed, link = second_factors_reset(
                user=user, actor="command reset_factors", reason=reason
            )
        except DomainError as error:
            raise CommandError(error.message, returncode=2) from error
        print(f"{removed} second second factors of {user} removed, and every session ended.")
        print(f"A new password can be set once, within 24 hours: {link}")
