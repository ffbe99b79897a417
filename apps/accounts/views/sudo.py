"""Asks for a fresh factor, continues the suspended request, and ends sudo mode."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.signin import sudo
from apps.core.sudo import is_impersonated


@never_cache
@login_required
@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    """Redirect to the page that asks for the person's own factor."""
    if is_impersonated(request):
        raise PermissionDenied(
            "You can't confirm it's you while you act as somebody else. Stop that first."
        )
    resume_url = reverse("account_sudo_resume")
    if sudo.is_fresh(request):
        return HttpResponseRedirect(resume_url)
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        return render(
            request, "account/sudo_without_factor.html", {"title": "Set up a second factor"}
        )
    return HttpResponseRedirect(f"{methods[0]['url']}?{urlencode({'next': resume_url})}")


@never_cache
@login_required
@require_GET
def resume(request: HttpRequest) -> HttpResponse:
    """Continue with the requested page, or with the form that was posted."""
    if not sudo.is_fresh(request):
        return redirect("account_sudo")
    pending = sudo.resume(request)
    if pending is None:
        return redirect(get_adapter().get_login_redirect_url(request))
    if pending["lost"]:
        messages.warning(
            request, "Your form was too long to keep, or included a file. Send it again."
        )
    if pending["posted"] is None:
        return HttpResponseRedirect(pending["path"])
    fields: list[tuple[str, Any]] = [
        (name, value) for name, values in QueryDict(pending["posted"]).lists() for value in values
    ]
    context = {
        "title": "Continue",
        "path": pending["path"],
        "fields": fields,
        "purpose": pending["purpose"],
        "page": pending.get("page", ""),
    }
    return render(request, "account/sudo_resume.html", context)


@login_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End sudo mode in this session."""
    sudo.end(request)
    messages.info(request, "Sudo mode is off.")
    return HttpResponseRedirect(
        get_next_redirect_url(request) or get_adapter().get_login_redirect_url(request)
    )
