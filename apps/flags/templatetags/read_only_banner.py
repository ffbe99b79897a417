"""The banner of every page in read-only mode."""

from typing import Any

from django import template
from django.db import DatabaseError
from django.template.context import RequestContext
from django.urls import reverse

from apps.core.read_only import read_only
from apps.flags.gates import READ_ONLY_MODE
from apps.flags.models import Switch

register = template.Library()


@register.inclusion_tag("core/read_only_banner.html", takes_context=True)
def read_only_banner(context: RequestContext) -> dict[str, Any]:
    try:
        mode = read_only()
    except DatabaseError:
        # The page says what is wrong with the database.
        return {}
    if mode is None:
        return {}
    user = getattr(context.get("request"), "user", None)
    is_staff = bool(getattr(user, "is_staff", False))
    url = ""
    if user is not None and is_staff and user.has_perm("flags.flip_flag"):
        key = Switch.get(READ_ONLY_MODE.name).pk
        url = reverse("admin:flags_switch_change", args=[key]) if key else ""
    return {"mode": mode, "is_staff": is_staff, "switch_url": url}
