"""Permissions: declared in code, so only to be read, and to be searched for a role."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.core.admin.base import BaseAdmin


@admin.register(Permission)
class PermissionAdmin(BaseAdmin):
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
