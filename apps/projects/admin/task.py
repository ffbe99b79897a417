"""Tasks."""

from django.contrib import admin

from apps.core.admin.base import BaseAdmin
from apps.projects.models import Task


@admin.register(Task)
class TaskAdmin(BaseAdmin):
    list_display = ["title", "project", "status", "assignee", "due_date"]
    list_select_related = ["project", "assignee"]
    search_fields = ["title"]
    autocomplete_fields = ["project", "assignee"]
