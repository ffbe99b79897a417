"""Stops an impersonation."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from apps.accounts.impersonation.sessions import leave_impersonation
from apps.accounts.models import Impersonation


@never_cache
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """End it, and return to the page of the person."""
    impersonation = leave_impersonation(request, Impersonation.Ending.STOPPED)
    if impersonation is None:
        return HttpResponseRedirect(reverse("admin:index"))
    messages.success(request, f"You stopped acting as {impersonation.target}.")
    return HttpResponseRedirect(
        reverse("admin:accounts_user_change", args=[impersonation.target_id])
    )
