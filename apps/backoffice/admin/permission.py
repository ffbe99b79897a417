"""Permissions: declared in code, so read-only, and searchable for a role."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.core.admin.base import BaseAdmin
from apps.core.admin.read_only import ReadOnly


@admin.register(Permission)
class PermissionAdmin(ReadOnly, BaseAdmin):
    not_in_menu = "Permissions are searched in the form of a role."
    list_display = ["name", "code"]
    list_select_related = ["content_type"]
    search_fields = ["name", "codename"]
    search_help_text = "Name or code"
    ordering = ["content_type__app_label", "content_type__model", "codename"]
    sortable_by: list[str] = []
    fields = ["name", "code"]
    readonly_fields = ["code"]

    @display(description="code")
    def code(self, permission: Permission) -> str:
        return f"{permission.content_type.app_label}.{permission.codename}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # `str(permission)` names the content type's app and model.
        return super().get_queryset(request).select_related("content_type")
