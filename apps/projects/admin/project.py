"""Projects."""

from django.contrib import admin

from apps.core.admin.base import BaseAdmin
from apps.core.admin.display import GOOD, QUIET, WAITING, moment_column, state_column
from apps.projects.models import Project

STATUS_COLORS = {"draft": WAITING, "active": GOOD, "archived": QUIET}


@admin.register(Project)
class ProjectAdmin(BaseAdmin):
    list_display = ["name", "organization", "status_label", "created_moment"]
    list_select_related = ["organization"]
    search_fields = ["name"]
    autocomplete_fields = ["organization"]

    status_label = state_column("status", STATUS_COLORS)
    created_moment = moment_column("created_at")
