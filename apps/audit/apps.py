from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "apps.audit"
    label = "audit"

    def ready(self) -> None:
        from apps.audit import (
            carrying,
            checks,  # noqa: F401  Registers its checks.
            receivers,
        )
        from apps.audit.proof import shapes

        carrying.install()
        receivers.connect()
        post_migrate.connect(shapes.remember, sender=self, dispatch_uid="audit")
