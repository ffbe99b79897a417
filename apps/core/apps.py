from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

# The modules in which an app plugs into lower ones; see docs/decisions/050-ports-fail-closed.md.
DISCOVERED = (
    "measures",
    "plugs",
    "gates",
    "read_only",
    "change_sources",
    "event_kinds",
    "timeline",
    "approvals",
    "anonymization",
    "merge_rules",
    "resources",
    "reports",
)


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        # All models are loaded now; an app without the module is skipped.
        autodiscover_modules(*DISCOVERED)
        from apps.core.checks import (  # noqa: F401  Registers the checks.
            defaults,
            gates,
            ports,
            trash,
        )
