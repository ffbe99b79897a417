"""Tasks: plain records without a rule, so a plain ModelAdmin."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.audit.admin.timeline import TimelineMixin
from apps.bulk.admin.offer import bulk_action
from apps.core.admin.base import BaseAdmin
from apps.core.admin.deletion import delete_action
from apps.core.admin.display import (
    EMPTY,
    copyable_id,
    moment,
    moment_column,
    record_link,
    state_column,
)
from apps.core.admin.filters import DayRangeFilter, RecordFilter
from apps.projects.admin.bulk_forms import AssigneeForm, DueDateForm, TaskStatusForm
from apps.projects.admin.colors import TASK_COLORS
from apps.projects.bulk_actions import SET_ASSIGNEE, SET_DUE_DATE, SET_TASK_STATUS
from apps.projects.models import Task
from apps.transfers.admin.exports import ExportMixin


@admin.register(Task)
class TaskAdmin(ExportMixin, TimelineMixin, BaseAdmin):
    list_display = ["title", "project_link", "status_label", "assignee_link", "due"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("project", RecordFilter),
        ("assignee", RecordFilter),
        ("due_date", DayRangeFilter),
    ]
    list_select_related = ["project", "assignee"]
    search_fields = ["title"]
    search_help_text = "Title"
    sortable_by = ["title", "due"]
    ordering = ["title", "id"]
    autocomplete_fields = ["project", "assignee"]
    fieldsets = [
        (None, {"fields": ["project", "title", "status", "assignee", "due_date"]}),
        ("Record", {"fields": ["copyable_id", "created_moment"]}),
    ]
    readonly_fields = ["copyable_id", "created_moment"]

    actions = ["set_status", "set_assignee", "set_due_date"]

    delete_records = delete_action(
        "Delete for good",
        done="deleted for good",
        explanation="A task has no trash of its own. To keep it, set its status to done.",
    )
    set_status = bulk_action(SET_TASK_STATUS, form_class=TaskStatusForm, icon="task_alt")
    set_assignee = bulk_action(SET_ASSIGNEE, form_class=AssigneeForm, icon="person")
    set_due_date = bulk_action(SET_DUE_DATE, form_class=DueDateForm, icon="event")

    copyable_id = copyable_id
    status_label = state_column("status", TASK_COLORS)
    created_moment = moment_column("created_at")

    @display(description="project")
    def project_link(self, task: Task) -> SafeString | str:
        return record_link(task.project)

    @display(description="assignee")
    def assignee_link(self, task: Task) -> SafeString | str:
        return record_link(task.assignee) if task.assignee else EMPTY

    @display(description="due", ordering="due_date")
    def due(self, task: Task) -> SafeString | str:
        return moment(task.due_date)
