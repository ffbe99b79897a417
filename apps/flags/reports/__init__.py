"""The report about flags. It is found by the name of this folder."""

from apps.flags.reports import flags

__all__ = ["flags"]
