"""System checks of our ModelAdmins."""

from typing import Any

from django.contrib.admin.checks import ModelAdminChecks
from django.contrib.admin.utils import get_fields_from_path
from django.core.checks import CheckMessage, Error
from django.db.models import DateTimeField
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter, RangeDateTimeFilter

from apps.core.admin.checks.declarations import check_menu, check_scope
from apps.core.admin.checks.forms import check_autocompletes, check_services
from apps.core.admin.editing.checks import check_versions
from apps.core.admin.unfold_internals import (
    chosen_rows_action_names,
    list_actions,
    record_actions,
    submit_actions,
)
from apps.core.checks.permissions import is_declared


class BaseAdminChecks(ModelAdminChecks):
    """Django's checks, and that each permission an action names is declared by a model.

    Unfold's own check asks the database for the permissions, so that no command would run on an
    empty one. Django's knows only the stock permissions.
    """

    def check(self, admin_obj: ModelAdmin, **kwargs: Any) -> list[CheckMessage]:
        return [
            *super().check(admin_obj, **kwargs),
            *check_versions(admin_obj),
            *check_scope(admin_obj),
            *check_menu(admin_obj),
            *(
                error
                for place in (admin_obj, *admin_obj.inlines)
                for check in (check_services, check_autocompletes)
                for error in check(place)
            ),
            *_filters_without_a_zone(admin_obj),
        ]

    def _check_actions(self, obj: ModelAdmin) -> list[CheckMessage]:
        names = chosen_rows_action_names(obj)
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            return [
                Error(f"{type(obj).__name__} has {twice} twice.", obj=type(obj), id="admin.E130")
            ]
        actions = [*list_actions(obj), *record_actions(obj), *submit_actions(obj)]
        return [
            Error(
                f"{type(obj).__name__}.{action.__name__} asks for the permission {permission}, "
                "which nobody declares.",
                obj=type(obj),
                id="admin.E129",
            )
            for action in actions
            for permission in getattr(action, "allowed_permissions", ())
            if not _exists(obj, permission)
        ]


def _exists(model_admin: ModelAdmin, permission: str) -> bool:
    if "." not in permission:
        return hasattr(model_admin, f"has_{permission}_permission")
    return is_declared(permission)


def _filters_without_a_zone(admin_obj: ModelAdmin) -> list[CheckMessage]:
    """Find Unfold's date ranges on time fields: they compare with a naive time."""
    return [
        Error(
            f"{type(admin_obj).__name__} filters {entry[0]} by {entry[1].__name__}, which knows no time zones.",
            hint="Use DayRangeFilter of apps.core.admin.filters.",
            obj=type(admin_obj),
            id="core.E044",
        )
        for entry in getattr(admin_obj, "list_filter", ())
        if isinstance(entry, (list, tuple))
        # Only these exact classes: ours derives from one of them.
        and entry[1] in (RangeDateFilter, RangeDateTimeFilter)
        and isinstance(get_fields_from_path(admin_obj.model, entry[0])[-1], DateTimeField)
    ]
