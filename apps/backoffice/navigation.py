"""The sidebar: grouped by job, with only the entries that this user may open."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Turn `NAVIGATION` (config/unfold.py) into Unfold's groups, for this user and this page."""
    groups: list[dict[str, Any]] = []
    for title, entries in settings.NAVIGATION:
        items = [item for entry in entries if (item := _item(entry, request))]
        if items:
            groups.append({"title": title, "items": items})
    _mark_active(request, [item for group in groups for item in group["items"]])
    return groups


def _item(entry: dict[str, str], request: HttpRequest) -> dict[str, Any] | None:
    link = _link(entry)
    if link is None or not _allowed(entry, request):
        return None
    return {"title": entry["title"], "icon": entry["icon"], "link": link, "active": False}


def _link(entry: dict[str, str]) -> str | None:
    name = entry.get("url") or "admin:{}_{}_changelist".format(*entry["model"].lower().split("."))
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def _allowed(entry: dict[str, str], request: HttpRequest) -> bool:
    if permission := entry.get("permission"):
        return request.user.has_perm(permission)
    if "model" not in entry:
        return True
    # The link was built, so the model is registered.
    model_admin = admin.site._registry.get(apps.get_model(entry["model"]))
    return model_admin is not None and model_admin.has_view_permission(request)


def _mark_active(request: HttpRequest, items: list[dict[str, Any]]) -> None:
    """Mark the entry whose address is the longest beginning of this page's."""
    index = reverse("admin:index")
    matching = [
        item
        for item in items
        if (
            request.path == index
            if item["link"] == index
            else request.path.startswith(item["link"])
        )
    ]
    if matching:
        max(matching, key=lambda item: len(item["link"]))["active"] = True
