"""Django's `check`, which also names missing migrations."""

from typing import Any

from django.core import checks
from django.core.management.commands import check

from apps.core.checks.migrations import check_migrations


class Command(check.Command):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        checks.register(check_migrations, "migrations")
        super().handle(*app_labels, **options)
