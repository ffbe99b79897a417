from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "apps.audit"
    label = "audit"

    def ready(self) -> None:
        from apps.audit import (
            bulk_create,
            checks,  # noqa: F401  Registers its checks.
            propagation,
            receivers,
        )
        from apps.audit.proof import column_sets

        bulk_create.install()
        propagation.install()
        receivers.connect()
        post_migrate.connect(column_sets.record_column_sets, sender=self, dispatch_uid="audit")
