"""System checks of the shipped roles: permissions that do not exist, and pages that no role opens."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core import checks

from apps.accounts.reference import EVERYTHING, roles_file, shipped_roles
from apps.core.checks.permissions import is_declared
from apps.core.discovery import full_site
from apps.core.errors import DomainError


@checks.register("roles")
def check_roles(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[checks.CheckMessage]:
    try:
        roles = shipped_roles()
    except DomainError as refusal:
        return [checks.Error(refusal.message, id="accounts.E001")]
    named = {code for role in roles.values() for code in role["permissions"]} - {EVERYTHING}
    return [*_unknown(named), *_never_seen(named)]


def _unknown(named: set[str]) -> list[checks.CheckMessage]:
    return [
        checks.Error(
            f"{roles_file().name} gives the permission “{code}”, which no model declares.",
            hint="Write it as <app>.<codename>, such as organizations.view_membership.",
            id="accounts.E002",
        )
        for code in sorted(named)
        if not is_declared(code)
    ]


def _never_seen(named: set[str]) -> list[checks.CheckMessage]:
    """Find pages of ours that only a role with every permission can open."""
    found: list[checks.CheckMessage] = []
    for model in full_site()._registry:
        opts = model._meta
        code = f"{opts.app_label}.view_{opts.model_name}"
        is_ours = model.__module__.startswith("apps.") and not opts.proxy
        if is_ours and is_declared(code) and code not in named:
            found.append(
                checks.Error(
                    f"No shipped role has the permission “{code}”, so only administrators see "
                    f"{opts.verbose_name_plural}.",
                    hint=f"Add it to the roles that should have it, in {roles_file().name} "
                    "(fixtures/reference).",
                    obj=model,
                    id="accounts.E003",
                )
            )
    return found
