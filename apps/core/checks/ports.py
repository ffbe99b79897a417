"""The system check of the ports. Commands that skip most checks run it too, by its tag."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core import checks

from apps.core.ports import PORTS

TAG = "ports"


@checks.register(TAG)
def check_ports(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[checks.CheckMessage]:
    return [checks.Error(port.missing(), id="core.E020") for port in PORTS if not port.plugged_by]
