"""Who flags, switches, and samples are on for: answered from memory, by rules in a fixed order."""

from apps.flags.evaluation.verdicts import flag_is_on, sample_is_on, switch_is_on, verdicts

__all__ = ["flag_is_on", "sample_is_on", "switch_is_on", "verdicts"]
