"""Projects of organizations, with their tasks."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.audit.admin.timeline import TimelineMixin
from apps.bulk.admin.offer import bulk_action
from apps.bulk.admin.trash import trash_many
from apps.core.admin.count_subquery import count_subquery
from apps.core.admin.display import (
    copyable_id,
    count_link,
    moment_column,
    record_link,
    state_column,
)
from apps.core.admin.filters import DayRangeFilter, RecordFilter
from apps.core.admin.inlines import BaseTabularInline, ReadOnlyInline
from apps.core.admin.trash.pages import ToTrash
from apps.holds.admin.holdable import HOLD_ACTIONS, Holdable
from apps.organizations.admin.organization import OrganizationAdmin
from apps.projects.admin.bulk_forms import ProjectStatusForm
from apps.projects.admin.colors import PROJECT_COLORS
from apps.projects.bulk_actions import SET_PROJECT_STATUS
from apps.projects.models import Project, Task
from apps.projects.services import project_create
from apps.transfers.admin.exports import ExportMixin


class TaskInline(BaseTabularInline):
    model = Task
    fields = ["title", "status", "assignee", "due_date"]
    autocomplete_fields = ["assignee"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("assignee").order_by("title", "id")


@admin.register(Project)
class ProjectAdmin(Holdable, ExportMixin, TimelineMixin, ToTrash):
    create_service = staticmethod(project_create)
    list_display = ["name", "organization_link", "status_label", "tasks", "created_moment"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("organization", RecordFilter),
        ("created_at", DayRangeFilter),
    ]
    list_select_related = ["organization"]
    search_fields = ["name"]
    search_help_text = "Name"
    sortable_by = ["name", "created_moment"]
    ordering = ["name", "id"]
    autocomplete_fields = ["organization"]
    inlines = [TaskInline]
    fixed_fields = ("organization",)
    fieldsets = [
        (None, {"fields": ["organization", "name", "description", "status"]}),
        ("Record", {"fields": ["created_by_link", "copyable_id", "created_moment"]}),
    ]
    readonly_fields = ["created_by_link", "copyable_id", "created_moment"]

    actions = [*ToTrash.actions, "set_project_status"]
    actions_detail = [*ToTrash.actions_detail, *HOLD_ACTIONS]

    set_project_status = bulk_action(
        SET_PROJECT_STATUS, form_class=ProjectStatusForm, icon="flag", in_row_menu=False
    )

    move_to_trash = trash_many(Project)

    copyable_id = copyable_id
    status_label = state_column("status", PROJECT_COLORS)
    created_moment = moment_column("created_at")

    @display(description="organization")
    def organization_link(self, project: Project) -> SafeString | str:
        return record_link(project.organization)

    @display(description="created by")
    def created_by_link(self, project: Project) -> SafeString | str:
        return record_link(project.created_by)

    @display(description="tasks", formatting="price")
    def tasks(self, project: Any) -> SafeString | str:
        return count_link(project.tasks_count, "projects.task", project__id__exact=project.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # All tasks of a live row are live, so there is no need to check each.
        tasks = Task.all_objects.all()
        return super().get_queryset(request).annotate(tasks_count=count_subquery(tasks, "project"))

    def get_inlines(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return super().get_inlines(request, obj) if obj else []


@OrganizationAdmin.add_inline
class ProjectsOfOrganizationInline(ReadOnlyInline):
    model = Project
    fields = ["project_link", "status_label", "created_moment"]
    readonly_fields = ["project_link", "status_label", "created_moment"]
    show_change_link = False

    status_label = state_column("status", PROJECT_COLORS)
    created_moment = moment_column("created_at")

    @display(description="name")
    def project_link(self, project: Project) -> SafeString | str:
        return record_link(project)
