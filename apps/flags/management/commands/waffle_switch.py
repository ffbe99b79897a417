"""waffle's own command, through our service."""

from waffle.management.commands import waffle_switch

from apps.flags.models import Switch
from apps.flags.waffle_commands import ReasonedCommand


class Command(ReasonedCommand, waffle_switch.Command):
    model = Switch
