"""Error pages: what was requested, why it was refused, and what to do instead."""

import logging
from copy import copy
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import DatabaseError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csp import get_nonce
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from apps.accounts.models import User
from apps.backoffice.access.answers import Answer, answer
from apps.core import availability
from apps.core.admin.trash.records import find_in_trash, living_url
from apps.core.admin.unfold_internals import site_look
from apps.core.errors import (
    AddressRefused,
    BelongsToColleague,
    FullAccessNeeded,
    MissingPermission,
    RecordNotFound,
)
from apps.core.personal import readable
from apps.core.read_only import read_only, retry_seconds

# A killed database is usually back within this time.
RETRY_SECONDS = 10

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, AddressRefused):
        return _page(
            request,
            400,
            message=exception.message,
            list_url=exception.list_url,
            page_url=exception.page_url,
        )
    message = str(exception) if isinstance(exception, BadRequest) else ""
    if isinstance(exception, SuspiciousOperation):
        message = (
            "The request has more fields than any form of this site, or fields that no form has."
        )
    return _page(request, 400, message=message)


def conflict(request: HttpRequest, message: str) -> HttpResponse:
    """The 409 page: a rule of the domain refused, outside a page that could show it itself."""
    return _page(request, 409, message=message)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, BelongsToColleague):
        return _page(request, 403, message=exception.message, view_url=exception.url)
    if isinstance(exception, FullAccessNeeded):
        return _page(request, 403, message=exception.message)
    if isinstance(exception, MissingPermission):
        permission = exception.permission
    else:
        permission = _permission_for(request)
    return _page(
        request,
        403,
        permission=permission,
        answer=_answer(request, permission) if permission else None,
        message="" if permission else str(exception or ""),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.warning("CSRF check failed: %s", reason)
    return _page(request, 403, template="refusals/csrf.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not isinstance(exception, RecordNotFound):
        return _page(request, 404, path=request.path)
    found = None
    if _is_staff(request):
        found = find_in_trash(request.user, exception.model, exception.key)
        url = found.url if found and found.is_own else ""
        url = url or living_url(request.user, exception.model, exception.key)
        if url and request.method in ("GET", "HEAD"):
            # A URL from before the record was moved to the trash or restored.
            return HttpResponseRedirect(url)
    return _page(
        request,
        404,
        message=found.sentence if found else str(exception),
        in_trash=found,
        noun=exception.model._meta.verbose_name_plural,
        search_url=_list_of(exception.model),
    )


def _list_of(model: type[Model]) -> str:
    """Return the address of the model's list; not every model has one."""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    except NoReverseMatch:
        return ""


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """The 405 page: somebody opened the URL that a button posts to."""
    response = _page(request, 405)
    response.headers["Allow"] = allowed
    return response


def too_large(request: HttpRequest, *, limit: int, length: int) -> HttpResponse:
    """The 413 page: the body is longer than this page accepts, and was not read."""
    return _page(request, 413, limit=limit, length=length)


def length_required(request: HttpRequest) -> HttpResponse:
    """The 411 page: the request has no Content-Length, and its body was not read."""
    return _page(request, 411)


def took_too_long(request: HttpRequest) -> HttpResponse:
    """The 503 page: a statement timed out. It queries the database no further."""
    response = _page(
        request, 503, template="refusals/too_long.html", plain=True, title="This took too long"
    )
    response.headers["Retry-After"] = "60"
    return response


def is_read_only(request: HttpRequest, message: str) -> HttpResponse:
    """The 503 page: the database refused a write, because read-only mode is on."""
    response = _page(
        request,
        503,
        template="refusals/read_only.html",
        title="Quarterdeck is read-only right now",
        mode=read_only(),
        message=readable(message),
    )
    response.headers["Retry-After"] = str(retry_seconds())
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Render without the database, which may be what failed."""
    limits = availability.current()
    if limits is not None and limits.is_gone:
        return HttpResponse(status=503)  # `DatabaseMiddleware` makes a page of it.
    return _page(request, 500, plain=True)


def unavailable(request: HttpRequest, *, was_begun: bool = False) -> HttpResponse:
    """The 503 page: the database does not answer. It is rendered without user and session."""
    drawn = copy(request)
    # Both are lazy, and the layout would read them.
    drawn.user, drawn.session = AnonymousUser(), SessionBase()
    context = {
        **look(drawn),
        "title": _TITLES[503],
        "status": 503,
        "layout": "unfold/layouts/unauthenticated.html",
        "request": drawn,
        "csp_nonce": get_nonce(request),
        "request_id": getattr(request, "request_id", ""),
        "sent": request.method not in ("GET", "HEAD", "OPTIONS"),
        "was_begun": was_begun,
    }
    response = HttpResponse(render_to_string("refusals/503.html", context), status=503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    response.headers["Content-Length"] = str(len(response.content))
    return response


def _page(
    request: HttpRequest,
    status: int,
    *,
    template: str = "",
    plain: bool = False,
    **context: object,
) -> HttpResponse:
    context["status"] = status
    context["request_id"] = getattr(request, "request_id", "")
    context.setdefault("title", _TITLES[status])
    context["inside"] = False
    if not plain and _is_staff(request):
        try:
            context = {**admin.site.each_context(request), **context, "inside": True}
        except DatabaseError:
            logger.exception("The navigation could not be rendered on a %s page", status)
    if not context["inside"]:
        context = {**look(request), **context}
    context["layout"] = (
        "admin/base_site.html" if context["inside"] else "unfold/layouts/unauthenticated.html"
    )
    body = render_to_string(template or f"refusals/{status}.html", context, request)
    return HttpResponse(body, status=status)


_TITLES = {
    400: "This request can't be read",
    403: "Not allowed",
    404: "Not found",
    405: "This isn't a page",
    409: "This isn't possible right now",
    411: "This request doesn't state its length",
    413: "This is too large",
    500: "Something went wrong",
    503: "Quarterdeck isn't available right now",
}


def _is_staff(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    try:
        return bool(user and user.is_authenticated and user.is_staff and user.is_active)
    except DatabaseError:
        return False


def look(request: HttpRequest) -> dict[str, Any]:
    """Return Unfold's layout context that needs no database."""
    return site_look(admin.site, request)


def _permission_for(request: HttpRequest) -> str:
    """Return the permission of a stock admin page, from its URL name."""
    match = request.resolver_match
    model_name, _, page = (match.url_name or "").rpartition("_") if match else ("", "", "")
    stock = {"changelist": "view", "history": "view", "add": "add", "delete": "delete"}
    stock["change"] = "view" if request.method == "GET" else "change"
    for model in admin.site._registry:
        opts = model._meta
        if page in stock and model_name == f"{opts.app_label}_{opts.model_name}":
            return f"{opts.app_label}.{stock[page]}_{opts.model_name}"
    return ""


def _answer(request: HttpRequest, permission: str) -> Answer | None:
    """Return the explanation of a permission for staff; strangers learn nothing about roles."""
    user = request.user
    return answer(user, permission) if isinstance(user, User) and user.is_staff else None
