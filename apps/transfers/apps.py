from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "apps.transfers"
    label = "transfers"
    verbose_name = "Imports and exports"

    def ready(self) -> None:
        from apps.accounts.anonymization.registry import register
        from apps.transfers import timeline  # noqa: F401  Leads the trail to the runs.
        from apps.transfers.anonymization import HOLDING

        register(HOLDING)
