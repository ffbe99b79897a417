"""The reports about projects. They are found by the name of this folder."""

from apps.projects.reports import organizations_at_risk, overdue_tasks, weekly

__all__ = ["organizations_at_risk", "overdue_tasks", "weekly"]
