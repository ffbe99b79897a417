"""Querysets of projects and tasks."""

from typing import Any, ClassVar, Self

from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone

from apps.core.actors import PermissionHolder
from apps.core.querysets import SearchableQuerySet, SoftDeletableQuerySet
from apps.organizations.organization_scope import organizations_of


def projects_of(user: PermissionHolder) -> QuerySet[Any]:
    """Return the keys of the projects that a limited user sees, including those in the trash."""
    projects: Any = apps.get_model("projects.Project")
    found: QuerySet[Any] = projects.all_objects.for_staff(user).order_by().values("pk")
    return found


class ProjectQuerySet(SearchableQuerySet, SoftDeletableQuerySet):  # type: ignore[override]
    search_through = ("organization",)
    scoped_by: ClassVar = {"organization": organizations_of}


class TaskQuerySet(SearchableQuerySet):
    search_through = ("project",)
    scoped_by: ClassVar = {"project": projects_of}

    def open(self) -> Self:
        return self.filter(status__in=["todo", "in_progress"])

    def overdue(self) -> Self:
        """Return the open tasks that were due before today, in the site's time zone."""
        return self.open().filter(due_date__lt=timezone.localdate())
