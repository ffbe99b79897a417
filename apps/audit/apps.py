from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "apps.audit"
    label = "audit"

    def ready(self) -> None:
        from apps.audit import carrying, receivers
        from apps.audit.context import audit_context
        from apps.core import attribution

        attribution.register(audit_context)
        carrying.install()
        receivers.connect()
