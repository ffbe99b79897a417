"""The public page that an invitation's link leads to."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.organizations.forms import NewPersonForm
from apps.organizations.models import Invitation
from apps.organizations.selectors import invitation_of_token
from apps.organizations.services.invitations import invitation_accept

# Title, sentence, and status code for an invitation that cannot be accepted (any more).
OVER = {
    "unknown": (
        404,
        "This link is not valid",
        "The link may be incomplete, or a newer e-mail replaced it. Open the link in the newest "
        "e-mail, or ask the person who invited you to send another one.",
    ),
    Invitation.State.ACCEPTED: (
        410,
        "This invitation has been accepted",
        "You can sign in.",
    ),
    Invitation.State.REVOKED: (
        410,
        "This invitation was revoked",
        "If you think this is a mistake, ask the person who invited you.",
    ),
    Invitation.State.EXPIRED: (
        410,
        "This invitation has expired",
        "Ask the person who invited you to send another one.",
    ),
    "gone": (
        410,
        "This organization no longer exists",
        "If you think this is a mistake, ask the person who invited you.",
    ),
    "deactivated": (
        403,
        "Your account is deactivated",
        "Ask the person who invited you to have it reactivated.",
    ),
}


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class InvitationView(View):
    """GET shows the invitation and changes nothing; POST accepts it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._respond(request, token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._respond(request, token)

    def _respond(self, request: HttpRequest, token: str) -> HttpResponse:
        invitation = invitation_of_token(token)
        end = _end_of(invitation)
        if invitation is None or end is not None:
            return _over(request, end or "unknown")
        person = User.objects.filter(email=invitation.email).first()
        if person is not None and person.status != User.Status.ACTIVE:
            return _over(request, "deactivated")
        context: dict[str, Any] = {
            "title": f"Join {invitation.organization}",
            "invitation": invitation,
            "inviter": f"{invitation.invited_by or 'Quarterdeck'} invites you to",
            "person": person,
        }
        if request.user.is_authenticated and request.user != person:
            return _page(request, "organizations/invitation_other.html", context, 403)
        form = None
        if person is None:
            form = NewPersonForm(request.POST or None, email=invitation.email)
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                membership = invitation_accept(token=token, **(form.cleaned_data if form else {}))
            except DomainError as error:
                context["refusal"] = error.message
                return _page(
                    request, "organizations/invitation.html", context | {"form": form}, 409
                )
            messages.success(request, f"You have joined {membership.organization}.")
            if not membership.user.has_usable_password():
                messages.info(
                    request, "Check your e-mail for a link to set your password, then sign in."
                )
            return redirect("invitation_accepted")
        status = 422 if request.method == "POST" else 200
        return _page(request, "organizations/invitation.html", context | {"form": form}, status)


class InvitationAcceptedView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return _page(request, "organizations/invitation_accepted.html", {"title": "Welcome"}, 200)


def _end_of(invitation: Invitation | None) -> str | None:
    """Return why the invitation cannot be accepted, or nothing if it can."""
    if invitation is None:
        return "unknown"
    if invitation.state != Invitation.State.PENDING:
        return invitation.state
    if not invitation.can_be_accepted:
        return Invitation.State.EXPIRED
    return "gone" if invitation.organization.is_deleted else None


def _over(request: HttpRequest, end: str) -> HttpResponse:
    status, title, explanation = OVER[end]
    context = {"title": title, "explanation": explanation}
    return _page(request, "organizations/invitation_over.html", context, status)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    # No "return to site" link: the only site is the admin, and these visitors do not use it.
    context = {**admin.site.each_context(request), **context, "site_url": None}
    response = TemplateResponse(request, template, context, status=status)
    # The URL contains the token. `strict-origin` never sends it, like `no-referrer`. With the
    # latter, browsers post `Origin: null`, and every form would fail Django's CSRF check.
    response["Referrer-Policy"] = "strict-origin"
    return response
