from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "apps.bulk"
    label = "bulk"
    verbose_name = "Bulk actions"

    def ready(self) -> None:
        from apps.bulk import checks  # noqa: F401  Registers the checks.
