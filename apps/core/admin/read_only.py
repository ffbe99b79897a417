"""Pages of records that only programs write, such as runs and deliveries."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from apps.core.admin.base import BaseAdmin
from apps.core.errors import RecordNotFound


class ReadOnly:
    """Allows nobody to add, change, or delete."""

    is_read_only = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, BaseAdmin):
    """A list and a page to view. Records that are never edited have no history."""

    ask_reason = False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"show_history": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        raise RecordNotFound(self.model, object_id)
