"""What the commands that carry data share."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError

UNUSABLE = 2


class DataCommand(BaseCommand):
    """A command that moves rows in as small a process as it can.

    Before other commands Django checks everything, and for that loads every page of the product. A
    wrong declaration of a dataset stops this one too; the rest is for `manage.py check`.
    """

    requires_system_checks = ("datasets",)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Say in a sentence that the database is away, and exit with 2."""
        try:
            return super().execute(*args, **options)
        except OperationalError as error:
            said = str(error).strip().partition("\n")[0].rstrip(".")
            self.stderr.write(
                f"The database does not answer: {said}. What was written is kept; "
                "run the command again when it does."
            )
            raise SystemExit(UNUSABLE) from None
