"""Limits what a request may send, before any of it is read.

Django parses a body when somebody first asks for `request.POST`, and the first to ask is its CSRF check,
which knows neither the page nor the person. So this stands before it, looks at the announced length
alone, and is sure of it: Django never reads more than was announced, and a body whose length is not
announced is refused, because Django would take it for an empty one.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from apps.backoffice import error_pages
from apps.core.errors import MissingPermission

# The settings say what an address takes beyond `DATA_UPLOAD_MAX_MEMORY_SIZE`, and who may send that:
# UPLOAD_LIMITS = {"admin:name_of_the_page": (bytes, "app.permission")}.
type Limits = dict[str, tuple[int, str]]


class UploadLimitMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponse | None:
        if request.headers.get("Transfer-Encoding"):
            return error_pages.length_required(request)
        length = _length_of(request)
        allowed = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length <= allowed:
            return None
        limits: Limits = settings.UPLOAD_LIMITS
        size, permission = limits.get(_name_of(request), (allowed, ""))
        if permission and _is_staff(request) and not request.user.has_perm(permission):
            return error_pages.forbidden(request, MissingPermission(permission))
        # A stranger's body is not worth reading, whatever the page accepts.
        limit = size if _is_staff(request) else allowed
        return (
            error_pages.too_large(request, limit=limit, length=length) if length > limit else None
        )


def _length_of(request: HttpRequest) -> int:
    """Return the announced length; nonsense counts as 0, as in Django, which then reads nothing."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _name_of(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _is_staff(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.is_authenticated and user.is_active and user.is_staff)
