from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "apps.reports"
    label = "reports"

    def ready(self) -> None:
        from apps.accounts.anonymization.registry import register
        from apps.reports import timeline  # noqa: F401
        from apps.reports.anonymization import HOLDING

        register(HOLDING)
