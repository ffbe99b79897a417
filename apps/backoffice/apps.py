from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "apps.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        from apps.accounts.anonymization.registry import register
        from apps.backoffice.demo.anonymization import DEMO_MAILS

        register(DEMO_MAILS)
