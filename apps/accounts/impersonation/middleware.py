"""Sets the impersonated person on the request, enforces the limits, and shows the banner."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from apps.accounts.gates import IMPERSONATION
from apps.accounts.impersonation import sessions
from apps.accounts.impersonation.limits import is_refused_always, is_way_out
from apps.accounts.impersonation.rules import WRITING
from apps.accounts.impersonation.services import ending_of, impersonation_end
from apps.accounts.models import Impersonation
from apps.core.errors import MissingPermission
from apps.core.gates import closure_of

_SAFE = {"GET", "HEAD", "OPTIONS"}
_HTML = ("text/html", "application/xhtml+xml")
# The banner is above the page. On a page of unknown structure it is at the end, where it also
# sticks.
_ANCHORS = ('<div id="page"', "</body>")


class ImpersonationMiddleware(MiddlewareMixin):
    """Must come after all session middleware, because the session is the impersonator's own."""

    get_response: Callable[[HttpRequest], HttpResponseBase]

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        impersonation = sessions.opened(request)
        if impersonation is None:
            return None
        if ending := ending_of(impersonation):
            return _over(request, impersonation, ending)
        real = request.user
        request.real_user = real  # type: ignore[attr-defined]
        request.impersonation = impersonation  # type: ignore[attr-defined]
        target: Any = impersonation.target
        # Set as for a session's own user; some code asks for the backend's name.
        target.backend = getattr(real, "backend", "")
        request.user = target

        async def auser() -> Any:
            return target

        request.auser = auser
        return None

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponse | None:
        impersonation = getattr(request, "impersonation", None)
        if impersonation is None:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if is_way_out(name):
            if request.method == "POST" and name != "impersonation_stop":
                # The person who signs out is the one who signed in.
                sessions.leave_impersonation(request, Impersonation.Ending.SIGNED_OUT)
            return None
        if is_refused_always(name):
            raise PermissionDenied(
                f"You can't do this while acting as {impersonation.target}. Stop acting as "
                "this person first."
            )
        if request.method not in _SAFE and not impersonation.may_write:
            if request.real_user.has_perm(WRITING):  # type: ignore[attr-defined]
                raise PermissionDenied(
                    f"You are acting as {impersonation.target} in read-only mode. To make "
                    "changes, stop and start again with “Allow changes”."
                )
            raise MissingPermission(WRITING)
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        impersonation = getattr(request, "impersonation", None)
        if impersonation is None or not _is_page(response):
            return response
        content = response.content.decode(response.charset)
        for anchor in _ANCHORS:
            before, found, after = content.partition(anchor)
            if found:
                banner = render_to_string(
                    "accounts/impersonation_banner.html", {"impersonation": impersonation}, request
                )
                response.content = f"{before}{banner}{found}{after}"
                if "Content-Length" in response:
                    response.headers["Content-Length"] = str(len(response.content))
                break
        # Pages of an impersonation must not come from a cache.
        response.headers["Cache-Control"] = "no-store, private"
        return response


def _over(request: HttpRequest, impersonation: Impersonation, ending: str) -> HttpResponse:
    """Answer the first request after the end: the impersonator is back, and nothing was done."""
    impersonation_end(impersonation=impersonation, ending=ending)
    sessions.forget_impersonation(request)
    how = str(Impersonation.Ending(ending).label).lower()
    told = f"You are no longer acting as {impersonation.target}: {how}. Nothing was changed."
    if closure := closure_of(IMPERSONATION):
        told = f"{told} {closure.sentence}"
    messages.warning(request, told)
    return HttpResponseRedirect(reverse("admin:index"))


def _is_page(response: HttpResponseBase) -> bool:
    return (
        not response.streaming
        and not response.has_header("Content-Encoding")
        and response.get("Content-Type", "").partition(";")[0] in _HTML
    )
