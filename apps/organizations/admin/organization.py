"""Organizations."""

from django.contrib import admin

from apps.core.admin.base import BaseAdmin
from apps.core.admin.display import BAD, GOOD, QUIET, moment_column, state_column
from apps.organizations.models import Organization

STATUS_COLORS = {"active": GOOD, "suspended": BAD, "closed": QUIET}


@admin.register(Organization)
class OrganizationAdmin(BaseAdmin):
    list_display = ["name", "slug", "external_id", "status_label", "created_moment"]
    search_fields = ["name", "slug", "external_id"]
    autocomplete_fields = ["owner"]
    ordering = ["name", "id"]

    status_label = state_column("status", STATUS_COLORS)
    created_moment = moment_column("created_at")
