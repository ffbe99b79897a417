from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.accounts import timeline  # noqa: F401
        from apps.accounts.signin import sudo

        sudo.register()
