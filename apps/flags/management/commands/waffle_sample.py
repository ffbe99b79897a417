"""waffle's own command, through our service."""

from waffle.management.commands import waffle_sample

from apps.flags.models import Sample
from apps.flags.waffle_commands import ReasonedCommand


class Command(ReasonedCommand, waffle_sample.Command):
    model = Sample
