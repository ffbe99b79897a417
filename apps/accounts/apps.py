from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.accounts import role_checks  # noqa: F401  Registers the check.
        from apps.accounts.signin import receivers

        receivers.connect()
