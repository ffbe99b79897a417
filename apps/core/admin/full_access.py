"""The part of our ModelAdmins that offers limited staff nothing that affects every organization."""

from typing import Any

from django.http import HttpRequest

from apps.core.admin.permissions import is_closed


class FullAccessAdmin:
    """Leaves out what a limited user would be refused: pages that change something, and actions."""

    # Whether every change here affects every organization. Limited staff may then look, and change
    # nothing. A single action declares `needs_full_access` instead.
    affects_all_organizations = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        model_admin: Any = super()
        return not is_closed(self, request) and model_admin.has_add_permission(request)  # type: ignore[arg-type]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        model_admin: Any = super()
        return not is_closed(self, request) and model_admin.has_change_permission(request, obj)  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        model_admin: Any = super()
        return not is_closed(self, request) and model_admin.has_delete_permission(request, obj)  # type: ignore[arg-type]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        model_admin: Any = super()
        offered: dict[str, Any] = model_admin.get_actions(request)
        return {
            name: entry
            for name, entry in offered.items()
            if not is_closed(self, request, entry[0])  # type: ignore[arg-type]
        }

    def get_actions_row(self, request: HttpRequest) -> list[Any]:
        model_admin: Any = super()
        return self._open(request, model_admin.get_actions_row(request))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        model_admin: Any = super()
        return self._open(request, model_admin.get_actions_detail(request, object_id))

    def _open(self, request: HttpRequest, actions: list[Any]) -> list[Any]:
        return [
            action
            for action in actions
            if not is_closed(self, request, action.method)  # type: ignore[arg-type]
        ]
