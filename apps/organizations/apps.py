from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "apps.organizations"
    label = "organizations"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.accounts.services import deactivation_warnings
        from apps.organizations import resources  # noqa: F401  Registers the datasets.
        from apps.organizations.selectors import answers_for

        if answers_for not in deactivation_warnings:
            deactivation_warnings.append(answers_for)
