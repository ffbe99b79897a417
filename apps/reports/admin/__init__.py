from apps.reports.admin import run, subscription

__all__ = ["run", "subscription"]
