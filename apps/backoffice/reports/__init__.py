"""The reports that need several apps at once. They are found by the name of this folder."""

from apps.backoffice.reports import access_review, import_quality, import_runs, schedule_health

__all__ = ["access_review", "import_quality", "import_runs", "schedule_health"]
