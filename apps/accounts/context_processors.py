"""Gives allauth's account pages the same look as the admin."""

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
    """Return the context of the account pages: Unfold's look, and the purpose of a re-authentication."""
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
    """Tell whether this page continues to an action that waits for sudo; allauth also uses it for itself."""
    # Never read the body: the page that refuses a body that is too large also renders this.
    return request.GET.get("next") == reverse("account_sudo_resume")
