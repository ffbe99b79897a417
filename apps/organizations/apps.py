from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "apps.organizations"
    label = "organizations"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.accounts.anonymization.registry import register as register_holding
        from apps.accounts.scope import register
        from apps.accounts.services import deactivation_warnings

        # Registers the datasets, what needs a second person, and how the records are told of.
        from apps.organizations import approvals, resources, timeline  # noqa: F401
        from apps.organizations.anonymization import HOLDING
        from apps.organizations.scope import SCOPE
        from apps.organizations.selectors import answers_for

        register(SCOPE)
        register_holding(HOLDING)

        if answers_for not in deactivation_warnings:
            deactivation_warnings.append(answers_for)
