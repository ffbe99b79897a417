"""The permission that an action requires, whether limited staff may do it, and the one record that it is about."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from apps.core.errors import RecordNotFound
from apps.core.model_meta import concrete_model
from apps.core.scope import sees_everything


def may(
    model_admin: ModelAdmin, request: HttpRequest, permission: str, record: Model | None = None
) -> bool:
    """Tell whether the user has a named permission, or the ModelAdmin grants a stock one."""
    if "." in permission:
        return bool(request.user.has_perm(permission))
    has_permission = getattr(model_admin, f"has_{permission}_permission")
    if record is not None and permission in ("view", "change", "delete"):
        return bool(has_permission(request, record))
    return bool(has_permission(request))


def is_closed(
    model_admin: ModelAdmin, request: HttpRequest, action: Callable[..., Any] | None = None
) -> bool:
    """Tell whether the user is limited to some organizations, and what they ask for affects all of them."""
    affects_all = getattr(model_admin, "affects_all_organizations", False) or getattr(
        action, "needs_full_access", False
    )
    return affects_all and not sees_everything(request.user)


def permission_name(model_admin: ModelAdmin, permission: str) -> str:
    opts = concrete_model(model_admin.model)._meta
    return permission if "." in permission else f"{opts.app_label}.{permission}_{opts.model_name}"


def one_record(model_admin: ModelAdmin, request: HttpRequest, object_id: str) -> QuerySet:
    try:
        queryset = model_admin.get_queryset(request).filter(pk=unquote(object_id))
        found = queryset.exists()
    except (ValueError, ValidationError):
        found = False
    if not found:
        raise RecordNotFound(model_admin.model, object_id)
    return queryset
