"""What the commands that carry data share."""

from django.core.management.base import BaseCommand


class DataCommand(BaseCommand):
    """A command that moves rows in as small a process as it can.

    Before other commands Django checks everything, and for that loads every page of the product. A
    wrong declaration of a dataset stops this one too; the rest is for `manage.py check`.
    """

    requires_system_checks = ("datasets",)
