"""Loads the admin's modules with the URLs, or when code asks for the site.

Django loads them when each process starts. They are half of all that a process loads (forms,
widgets, file formats), and a command or a worker that serves no page needs none of it.
"""

import pkgutil
import sys
import threading
from collections.abc import Sequence
from functools import cache
from importlib import import_module

from django.apps import apps
from django.apps.config import AppConfig
from django.contrib import admin
from django.contrib.admin import checks as admin_checks
from django.contrib.admin.apps import SimpleAdminConfig
from django.core import checks


class AdminConfig(SimpleAdminConfig):
    """django.contrib.admin, which is filled by `full_site()`."""

    default = False

    def ready(self) -> None:
        checks.register(admin_checks.check_dependencies, checks.Tags.admin)
        checks.register(check_admins, checks.Tags.admin)


_discovering = threading.RLock()


def full_site() -> admin.AdminSite:
    """Return the admin with every model registered, for code that reads its registry."""
    # Two threads at once would each find the other's modules half loaded.
    with _discovering:
        return _discovered()


@cache
def _discovered() -> admin.AdminSite:
    admin.autodiscover()
    # Every module of an app's admin folder belongs to the site; none is listed anywhere.
    for config in apps.get_app_configs():
        package = sys.modules.get(f"{config.name}.admin")
        if config.name.startswith("apps.") and package is not None:
            for module in pkgutil.iter_modules(getattr(package, "__path__", ())):
                import_module(f"{package.__name__}.{module.name}")
    return admin.site


def check_admins(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[checks.CheckMessage]:
    full_site()
    return admin_checks.check_admin_app(app_configs, **options)
