from functools import cache

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.accounts import tasks, timeline  # noqa: F401
        from apps.accounts.approvals import registry
        from apps.accounts.approvals.bulk import ManyRecords
        from apps.accounts.approvals.email_change import ChangeEmail
        from apps.accounts.approvals.office import AccountsOffice
        from apps.accounts.approvals.roles import EmpowerRole, GiveRoles
        from apps.accounts.signin import receivers, sudo
        from apps.audit.history import personal_fields
        from apps.core import approvals, personal

        sudo.register()
        receivers.connect()
        personal.register(cache(personal_fields))
        approvals.register(AccountsOffice())
        registry.register(ManyRecords(), GiveRoles(), EmpowerRole(), ChangeEmail())
