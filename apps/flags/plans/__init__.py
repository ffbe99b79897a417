"""Planned changes of flags and switches; see docs/decisions/057-planned-changes-of-flags.md."""
