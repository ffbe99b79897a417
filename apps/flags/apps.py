from collections.abc import Sequence

from django.apps import AppConfig
from django.apps.registry import Apps
from django.db import ProgrammingError, connection, transaction
from django.db.models.signals import post_migrate, pre_migrate

from apps.core.read_only_guards import RELEASE_STEP, guards_install, guards_lift


class FlagsConfig(AppConfig):
    name = "apps.flags"
    label = "flags"

    def ready(self) -> None:
        from apps.flags import checks, fixtures, startup  # noqa: F401  Registers checks, and connects signals.

        # A missing operations switch is off, so create all after a migration.
        post_migrate.connect(_ensure, sender=self, dispatch_uid="flags")
        pre_migrate.connect(_may_write, sender=self, dispatch_uid="release step")
        post_migrate.connect(_guard, sender=self, dispatch_uid="read-only mode")


def _ensure(*, apps: Apps | None = None, **_: object) -> None:
    """Create what is declared, unless the tables do not (or no longer) match the models."""
    # Imported here: services need the models, which are not loaded yet when this module is.
    from apps.flags.services import flags_ensure

    try:
        with transaction.atomic():
            flags_ensure()
    except ProgrammingError:
        return


def _may_write(*, plan: Sequence[object] = (), **_: object) -> None:
    """Let this connection's migrations write in read-only mode, and change every column."""
    if plan:
        guards_lift()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', false)", [RELEASE_STEP])


def _guard(**_: object) -> None:
    """Guard the tables as they are now: this comes last, when every app has its tables."""
    guards_install()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', false)", [RELEASE_STEP])
