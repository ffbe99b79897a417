"""The permission that an action asks for, and the one record that it is about."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.errors import RecordNotFound


def may(model_admin: Any, request: HttpRequest, permission: str, record: Any = None) -> bool:
    """Tell whether the user holds a named permission, or the ModelAdmin grants a stock one."""
    if "." in permission:
        return bool(request.user.has_perm(permission))
    has_permission = getattr(model_admin, f"has_{permission}_permission")
    if record is not None and permission in ("view", "change", "delete"):
        return bool(has_permission(request, record))
    return bool(has_permission(request))


def permission_name(model_admin: Any, permission: str) -> str:
    opts = model_admin.opts.concrete_model._meta
    return permission if "." in permission else f"{opts.app_label}.{permission}_{opts.model_name}"


def one_record(model_admin: Any, request: HttpRequest, object_id: str) -> QuerySet:
    try:
        queryset = model_admin.get_queryset(request).filter(pk=unquote(object_id))
        found = queryset.exists()
    except (ValueError, ValidationError):
        found = False
    if not found:
        raise RecordNotFound(model_admin.model, object_id)
    return queryset
