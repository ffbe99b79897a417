"""Turns refusals that no page has handled into error pages."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from apps.backoffice import error_pages
from apps.core.errors import DomainError
from apps.core.read_only import ReadOnlyError
from apps.core.statement_timeout import was_cut

logger = logging.getLogger(__name__)


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return error_pages.method_not_allowed(request, response.headers["Allow"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ReadOnlyError):
            return error_pages.is_read_only(request, exception.message)
        if isinstance(exception, DomainError):
            return error_pages.conflict(request, exception.message)
        if was_cut(exception):
            logger.warning("A statement timed out at %s", request.path, exc_info=exception)
            return error_pages.took_too_long(request)
        return None
