"""Prints who plugs what into what."""

from typing import Any

from django.utils.module_loading import autodiscover_modules

from apps.core.commands import OperatorCommand
from apps.core.discovery import full_site
from apps.core.port import registries
from apps.core.ports import PORTS


class Command(OperatorCommand):
    help = (
        "Print each port with the app that answers it, and what apps have added to each registry."
    )
    # The command must also run if a port is empty.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        # Only workers load the tasks when they start, and only web servers the admin.
        autodiscover_modules("tasks")
        full_site()
        self.stdout.write("Ports (exactly one answer each):")
        for port in PORTS:
            self.stdout.write(f"  {port.name:15} {port.purpose:45} {_by(port.plugged_by)}")
        for registry in registries:
            self.stdout.write(f"\n{registry.name.capitalize()} ({registry.purpose}):")
            for name, plug in sorted(registry.plugs().items()):
                self.stdout.write(f"  {name:35} {plug.module}")


def _by(module: str) -> str:
    return module or "NOTHING IS PLUGGED IN"
