from apps.flags.admin import flag, sample, switch

__all__ = ["flag", "sample", "switch"]
