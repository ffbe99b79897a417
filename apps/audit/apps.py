from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "apps.audit"
    label = "audit"

    def ready(self) -> None:
        from apps.audit import carrying, receivers
        from apps.audit.context import audit_context
        from apps.audit.proof import shapes
        from apps.core import attribution

        attribution.register(audit_context)
        carrying.install()
        receivers.connect()
        post_migrate.connect(shapes.remember, sender=self, dispatch_uid="audit")
