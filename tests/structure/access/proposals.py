"""What a new entry's line is proposed to declare. A proposal: somebody reads it before it counts."""

from typing import Any

from apps.core.admin.confirm import permission_name
from apps.core.discovery import full_site
from tests.structure.access.entries import ACTION, Entry
from tests.structure.access.table import NOT_DECLARED, SAME, Line

STOCK = {
    "changelist": ("view", "200", SAME, "200"),
    "history": ("view", "200", "-", ""),
    "add": ("add", "200", SAME, "302"),
    "change": ("view", "200", "change", "302"),
    "delete": ("delete", "200", SAME, "302"),
}


def proposal(entry: Entry) -> Line:
    action = entry.action or getattr(entry.callback, "model_action", None)
    model_admin, page = _model_of(entry)
    if entry.action is not None:
        permissions = getattr(entry.action, "allowed_permissions", [NOT_DECLARED])
        name = " + ".join(permission_name(model_admin, permission) for permission in permissions)
        return Line(entry.name, "", "", name, "page")
    if model_admin is not None and page in STOCK:
        verb, get_answers, post_asks, post_answers = STOCK[page]
        if post_asks not in (SAME, "-"):
            post_asks = permission_name(model_admin, post_asks)
        return Line(
            entry.name, permission_name(model_admin, verb), get_answers, post_asks, post_answers
        )
    if model_admin is not None and page:
        action = getattr(type(model_admin), page, None)
        permissions = getattr(action, "allowed_permissions", None)
        if permissions:
            asks = " + ".join(permission_name(model_admin, name) for name in permissions)
            return Line(entry.name, asks, "200", SAME, "302")
    if entry.name == entry.route and entry.route.endswith("<path:object_id>/"):
        return Line(entry.name, "staff", "302", SAME, "302")
    return Line(entry.name, NOT_DECLARED, "200", NOT_DECLARED, "200")


def _model_of(entry: Entry) -> tuple[Any, str]:
    """Return the ModelAdmin whose page an entry is, and the page's name."""
    name = entry.name.partition(ACTION)[0]
    for model, model_admin in full_site()._registry.items():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if name.startswith(prefix):
            return model_admin, name.removeprefix(prefix)
    return None, ""
