from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "apps.audit"
    label = "audit"

    def ready(self) -> None:
        from apps.audit import (
            authorship,
            carrying,
            checks,  # noqa: F401 - registers its checks.
            receivers,
        )
        from apps.audit.context import audit_context
        from apps.audit.proof import shapes
        from apps.core import attribution
        from apps.core import authorship as authorship_port

        attribution.register(audit_context)
        authorship_port.register(authorship.last_changes, authorship.watched_fields)
        carrying.install()
        receivers.connect()
        post_migrate.connect(shapes.remember, sender=self, dispatch_uid="audit")
