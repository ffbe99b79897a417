"""waffle's own command, through our service."""

from waffle.management.commands import waffle_flag

from apps.flags.models import Flag
from apps.flags.waffle_commands import ReasonedCommand


class Command(ReasonedCommand, waffle_flag.Command):
    model = Flag
