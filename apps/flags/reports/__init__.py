"""The report about flags. It is found by the name of this folder."""

from apps.flags.reports import flag_changes, flags

__all__ = ["flag_changes", "flags"]
