"""What the account pages need to look like the rest: they are drawn by allauth's views."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from apps.accounts.signin import sudo
from apps.core.admin.unfold_internals import site_look

PAGES = "/account/"


def account_pages(request: HttpRequest) -> dict[str, Any]:
    """Context of the account pages alone: Unfold's look, and what a factor is asked for."""
    if not request.path.startswith(PAGES):
        return {}
    target = request.GET.get("next", "")
    return {
        **site_look(admin.site, request),
        "sudo_purpose": sudo.purpose(request) if _is_sudo(request) else "",
        "next_query": f"?{urlencode({'next': target})}" if target else "",
        "single_sign_on": settings.SINGLE_SIGN_ON,
        "sudo_minutes": settings.SUDO_SECONDS // 60,
    }


def _is_sudo(request: HttpRequest) -> bool:
    """Tell whether this page leads on to what waits for sudo; allauth asks here for itself as well."""
    # Never the body: a page that refuses one that is too large is drawn with this as well.
    return request.GET.get("next") == reverse("account_sudo_resume")
