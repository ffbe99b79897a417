"""Pages to change one's own address, and the public page that confirms a new one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.email_changes.selectors import email_change_of_token
from apps.accounts.email_changes.services import (
    email_change_cancel,
    email_change_confirm,
    email_change_request,
)
from apps.accounts.models import EmailChange, User
from apps.core.errors import DomainError
from apps.core.sudo import require_fresh_factor

# Title, sentence, and status code for a link that does not work (any more).
OVER = {
    "unknown": (
        404,
        "This link isn't valid",
        "The link may be incomplete, or a newer e-mail replaced it. Open the link in the "
        "newest e-mail.",
    ),
    EmailChange.State.CONFIRMED: (410, "This address is already confirmed", "Sign in with it."),
    EmailChange.State.CANCELED: (
        410,
        "This change was canceled",
        "The address stays the same. If you think this is a mistake, ask your administrator.",
    ),
    EmailChange.State.EXPIRED: (
        410,
        "This link has expired",
        "The address stays the same. Request the change again.",
    ),
    EmailChange.State.VOID: (
        410,
        "The address cannot be changed",
        "The address stays the same. Request the change again.",
    ),
}


class EmailForm(forms.Form):
    email = forms.EmailField(max_length=254)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Ask for the new address, with a fresh factor, and send a link to confirm it."""
    user = _user(request)
    require_fresh_factor(request, "change your e-mail address")
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = email_change_request(
                user=user,
                email=form.cleaned_data["email"],
                actor=user,
                reason="Changed on the account page",
            )
        except DomainError as error:
            form.add_error("email", error.message)
        else:
            messages.success(
                request, f"Open the link we sent to {asked.new_email} to confirm the address."
            )
            return redirect("account_security")
    status = 422 if request.method == "POST" else 200
    context = {"title": "Change e-mail address", "form": form}
    return render(request, "account/email_change.html", context, status=status)


@login_required
@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Cancel the pending change. This needs no factor, because it only removes access."""
    user = _user(request)
    try:
        email_change_cancel(user=user, actor=user, reason="Canceled on the account page")
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "The change was canceled. Your address stays the same.")
    return redirect("account_security")


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link is for; only a POST makes the change."""
    found = email_change_of_token(token)
    if found is None:
        return _over(request, "unknown")
    if not found.is_pending:
        waiting = found.state == EmailChange.State.PENDING
        return _over(request, EmailChange.State.EXPIRED if waiting else found.state, found.outcome)
    context: dict[str, Any] = {"title": "Confirm your address", "change": found}
    if request.method == "POST":
        try:
            made = email_change_confirm(token=token)
        except DomainError as error:
            return _page(request, "email_confirm.html", {**context, "refusal": error.message}, 409)
        if made.state != EmailChange.State.CONFIRMED:
            return _over(request, made.state, made.outcome)
        context = {"title": "Your address is changed", "change": made}
        return _page(request, "email_confirmed.html", context, 200)
    return _page(request, "email_confirm.html", context, 200)


def _over(request: HttpRequest, end: str, outcome: str = "") -> HttpResponse:
    status, title, explanation = OVER[end]
    message = outcome if end == EmailChange.State.VOID else ""
    context = {"title": title, "explanation": " ".join(filter(None, [message, explanation]))}
    return _page(request, "email_over.html", context, status)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    response = render(request, f"account/{template}", context, status=status)
    # The page's URL contains the token; see the page of an invitation.
    response["Referrer-Policy"] = "strict-origin"
    return response


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  Said by login_required.
    return request.user
