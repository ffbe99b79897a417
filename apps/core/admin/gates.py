"""The page that a closed gate shows."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.core.gates import Closure, Gate, closure_of


def closed_response(request: HttpRequest, gate: Gate) -> HttpResponse | None:
    """Return the page that says why `gate` is closed, who closed it, and who can open it; None if
    open.

    A view calls this first and returns the result.
    """
    closure = closure_of(gate, request.user)
    return closed_page(request, closure) if closure else None


def closed_page(request: HttpRequest, closure: Closure) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": closure.headline,
        "closure": closure,
    }
    return TemplateResponse(request, "core/gate_closed.html", context, status=403)
