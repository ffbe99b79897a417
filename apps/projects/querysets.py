"""Querysets of projects and tasks."""

from typing import Self

from apps.core.actors import PermissionHolder
from apps.core.querysets import SearchableQuerySet, SoftDeletableQuerySet
from apps.core.scope import sees_everything
from apps.organizations.organization_scope import organizations_of


class ProjectQuerySet(SearchableQuerySet, SoftDeletableQuerySet):  # type: ignore[override]
    search_through = ("organization",)

    def for_staff(self, user: PermissionHolder) -> Self:
        if sees_everything(user):
            return self
        return self.filter(organization__in=organizations_of(user))


class TaskQuerySet(SearchableQuerySet):
    search_through = ("project",)

    def for_staff(self, user: PermissionHolder) -> Self:
        if sees_everything(user):
            return self
        return self.filter(project__organization__in=organizations_of(user))
