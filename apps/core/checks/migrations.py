"""The system check that migrations describe the models. Only `manage.py check` runs it.

Reading every migration takes about a second, and `makemigrations` must run while one is missing.
"""

from collections.abc import Sequence

from django.apps import AppConfig, apps
from django.core import checks
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def check_migrations(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[checks.CheckMessage]:
    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(
        graph=loader.graph
    )
    return [
        checks.Error(
            f"The models of {label} have changes that no migration makes, such as: "
            f"{migrations[0].operations[0].describe()}.",
            hint=f"Run manage.py makemigrations {label} --name <what it makes>.",
            id="core.E045",
        )
        for label, migrations in changes.items()
    ]
