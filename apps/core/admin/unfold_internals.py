"""The one module that calls Unfold's private methods. They are why Unfold's version is pinned exactly."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite


def site_look(site: AdminSite, request: HttpRequest) -> dict[str, Any]:
    """Return the context that Unfold's layout needs outside of the admin, without a query.

    It is the same for every Unfold site, and empty for other kinds of site.
    """
    if not isinstance(site, UnfoldAdminSite):
        return {}
    return {
        "site_title": site._get_config("SITE_TITLE", request),
        "site_favicons": site._get_favicons("SITE_FAVICONS", request),
        "colors": site._get_colors("COLORS", request),
        "styles": site._get_list("STYLES", request),
        "scripts": site._get_list("SCRIPTS", request),
    }


def list_actions(model_admin: ModelAdmin) -> Iterator[Any]:
    """Yield the functions of the actions on chosen rows and of those above the list."""
    for function, _, _ in model_admin._get_base_actions():
        yield function
    for entry in model_admin._get_base_actions_list():
        yield entry.method


def record_actions(model_admin: ModelAdmin) -> Iterator[Any]:
    """Yield the functions of the actions on one record: on its page and in its row."""
    for entry in model_admin._get_base_actions_detail():
        yield entry.method
    for entry in model_admin._get_base_actions_row():
        yield entry.method


def submit_actions(model_admin: ModelAdmin) -> Iterator[Any]:
    """Yield the functions of the buttons beside Save."""
    for entry in model_admin._get_base_actions_submit_line():
        yield entry.method


def chosen_rows_action_names(model_admin: ModelAdmin) -> list[str]:
    return [name for _, name, _ in model_admin._get_base_actions()]


def run_submit_actions(model_admin: ModelAdmin, request: HttpRequest, record: Model) -> None:
    """Run the buttons beside Save that were pressed. Unfold does so in its `save_model`, which ours replaces."""
    for action in model_admin.get_actions_submit_line(request, record.pk):
        if action.action_name in request.POST:
            action.method(request, record)
