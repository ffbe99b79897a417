from django.apps import AppConfig
from django.apps.registry import Apps
from django.db import ProgrammingError, transaction
from django.db.models.signals import post_migrate


class FlagsConfig(AppConfig):
    name = "apps.flags"
    label = "flags"

    def ready(self) -> None:
        from apps.flags import checks, fixtures, startup  # noqa: F401  Registers checks, and connects signals.

        # A missing operations switch is off, so create all after a migration.
        post_migrate.connect(_ensure, sender=self, dispatch_uid="flags")


def _ensure(*, apps: Apps | None = None, **_: object) -> None:
    """Create what is declared, unless the tables do not (or no longer) match the models."""
    # Imported here: services need the models, which are not loaded yet when this module is.
    from apps.flags.services import flags_ensure

    try:
        with transaction.atomic():
            flags_ensure()
    except ProgrammingError:
        return
