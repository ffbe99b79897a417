"""What the account pages need to look like the rest: they are drawn by allauth's views."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite

from apps.accounts.signin import sudo

PAGES = "/account/"


def account_pages(request: HttpRequest) -> dict[str, Any]:
    """Context of the account pages alone: Unfold's look, and what a factor is asked for."""
    site = admin.site
    if not request.path.startswith(PAGES) or not isinstance(site, UnfoldAdminSite):
        return {}
    target = request.GET.get("next", "")
    return {
        "site_title": site._get_config("SITE_TITLE", request),
        "site_favicons": site._get_favicons("SITE_FAVICONS", request),
        "colors": site._get_colors("COLORS", request),
        "styles": site._get_list("STYLES", request),
        "scripts": site._get_list("SCRIPTS", request),
        "sudo_purpose": sudo.purpose(request) if _is_sudo(request) else "",
        "next_query": f"?{urlencode({'next': target})}" if target else "",
        "single_sign_on": settings.SINGLE_SIGN_ON,
        "sudo_minutes": settings.SUDO_SECONDS // 60,
    }


def _is_sudo(request: HttpRequest) -> bool:
    """Tell whether this page leads on to what waits for sudo; allauth asks here for itself as well."""
    # Never the body: a page that refuses one that is too large is drawn with this as well.
    return request.GET.get("next") == reverse("account_sudo_resume")
