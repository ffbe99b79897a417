"""Users: who they are, where they have a seat, how they sign in."""

from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.models import User
from apps.core.admin.base import BaseAdmin
from apps.core.admin.display import GOOD, QUIET, moment_column, state_column

STATUS_COLORS = {"active": GOOD, "deactivated": QUIET}


@admin.register(User)
class UserAdmin(BaseAdmin):
    list_display = ["email", "last_name", "first_name", "status_label", "created_moment"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]
    fields = ["email", "first_name", "last_name", "phone", "avatar", "is_verified"]

    status_label = state_column("status", STATUS_COLORS)
    created_moment = moment_column("created_at")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are deactivated: history and foreign keys lean on them."""
        return False
