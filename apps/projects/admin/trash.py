"""Projects in the trash."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.trash import TrashAdmin
from apps.core.trash import Counts
from apps.projects.models import TrashedProject
from apps.projects.querysets import ProjectQuerySet
from apps.projects.services import projects_purge, projects_restore


@admin.register(TrashedProject)
class TrashedProjectAdmin(TimelineMixin, TrashAdmin[ProjectQuerySet]):
    approval_kinds = {"purge": "projects.purge"}
    trash_columns = ["organization"]
    search_fields = ["name"]
    search_help_text = "Name"
    fields = ["name", "organization", "description", "status", "deleted_moment", "deleted_by_link"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("organization")

    def restore_records(
        self, request: HttpRequest, records: ProjectQuerySet, reason: str, names: Mapping[str, str]
    ) -> Counts:
        return projects_restore(projects=records, actor=request.user, reason=reason, names=names)

    def purge_records(self, request: HttpRequest, records: ProjectQuerySet, reason: str) -> Counts:
        return projects_purge(projects=records, actor=request.user, reason=reason)
