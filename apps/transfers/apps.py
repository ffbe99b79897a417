from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "apps.transfers"
    label = "transfers"
    verbose_name = "Imports and exports"

    def ready(self) -> None:
        from apps.accounts.anonymization.registry import register

        # What needs a second person; and the trail's way to the runs.
        from apps.transfers import approvals, timeline  # noqa: F401
        from apps.transfers.anonymization import HOLDING

        register(HOLDING)
