from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "apps.transfers"
    label = "transfers"
    verbose_name = "Imports and exports"

    def ready(self) -> None:
        from django.core.checks import Tags
        from django.core.checks import register as register_check

        from apps.accounts.anonymization.registry import register

        # What needs a second person; and the trail's way to the runs.
        from apps.transfers import approvals, timeline  # noqa: F401
        from apps.transfers.anonymization import HOLDING
        from apps.transfers.checks.datasets import check_admin_pages, check_datasets

        register(HOLDING)
        # The tag is that of `DataCommand`: nobody imports by a wrong declaration.
        register_check(check_datasets, "datasets")
        register_check(check_admin_pages, Tags.admin)
