from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "apps.transfers"
    label = "transfers"
    verbose_name = "Imports and exports"

    def ready(self) -> None:
        from django.core.checks import Tags, register

        from apps.transfers.dataset_checks import check_admin_pages, check_datasets

        # The tag is that of `DataCommand`: a wrong declaration also stops the import commands.
        register(check_datasets, "datasets")
        register(check_admin_pages, Tags.admin)
