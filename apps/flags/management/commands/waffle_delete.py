"""waffle's own command, with a reason for what is protected."""

from collections.abc import Iterator
from typing import Any

from waffle.management.commands import waffle_delete

from apps.flags.models import Flag, Sample, Switch
from apps.flags.waffle_commands import ReasonedCommand


class Command(ReasonedCommand, waffle_delete.Command):
    def _meant(self, options: dict[str, Any]) -> Iterator[Any]:
        for model, option in ((Flag, "flag"), (Switch, "switch"), (Sample, "sample")):
            names = options.get(f"{option}_names") or ()
            yield from model._default_manager.filter(name__in=names)
