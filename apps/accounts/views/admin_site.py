"""Redirects the admin's sign-in pages to the account pages.

The stock sign-in page asks for no second factor and limits no attempts; it is not reachable, by GET
or by POST.
"""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import logout as account_logout
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache


@never_cache
def login(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Redirect to the sign-in page, and from there to `next` if it is on this site."""
    target = get_next_redirect_url(request)
    if request.user.is_authenticated:
        if not request.user.is_staff:
            raise PermissionDenied(
                "Your account has no role in this back office. Somebody who sets roles can give you one."
            )
        return HttpResponseRedirect(target or reverse("admin:index"))
    query = f"?{urlencode({'next': target})}" if target else ""
    return HttpResponseRedirect(f"{reverse('account_login')}{query}")


def logout(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    if request.method != "POST":
        return redirect("account_logout")
    response: HttpResponse = account_logout(request)
    return response


def password_change(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponse:
    return redirect("account_change_password")


def password_change_done(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponse:
    return redirect("account_security")


def redirect_to_account(site: AdminSite) -> None:
    """Replace the site's own pages with these."""
    for view in (login, logout, password_change, password_change_done):
        setattr(site, view.__name__, view)
