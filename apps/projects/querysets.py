"""Querysets of projects and tasks."""

from typing import Any, Self

from apps.core.querysets import SearchableQuerySet, SoftDeletableQuerySet


class ProjectQuerySet(SearchableQuerySet, SoftDeletableQuerySet):  # type: ignore[override]
    search_through = ("organization",)

    def for_staff(self, user: Any) -> Self:
        # Every staff user sees the projects of every organization.
        return self


class TaskQuerySet(SearchableQuerySet):
    search_through = ("project",)

    def for_staff(self, user: Any) -> Self:
        return self

    def of_living_projects(self) -> Self:
        return self.filter(project__deleted_at__isnull=True)
