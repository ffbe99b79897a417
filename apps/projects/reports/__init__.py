"""The reports about projects. They are found by the name of this folder."""

from apps.projects.reports import organizations_at_risk, overdue_tasks, week_records, weekly

__all__ = ["organizations_at_risk", "overdue_tasks", "week_records", "weekly"]
