"""Answers with a page of its own, and soon, where the database is away; and says whether it is."""

import logging
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.backoffice import error_pages
from apps.core import availability

logger = logging.getLogger(__name__)


class DatabaseMiddleware:
    """Stands above everything that asks the database, below what answers without it.

    The connection is looked at before anything is done, so that a request is not begun that cannot
    be finished, and a connection to a server that was started again meanwhile is replaced.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with availability.limited() as limits:
            if not answers(limits):
                return error_pages.unavailable(request)
            response = self.get_response(request)
            # Whatever failed because of it, in a view or around it, is told as what it is.
            if limits.is_gone and response.status_code >= 500:
                return error_pages.unavailable(request, was_begun=True)
            return response


def answers(limits: availability.Limits) -> bool:
    """Tell whether the database answers; take a new connection where the old one is dead."""
    if connection.in_atomic_block:  # A test's own transaction.
        return True
    limits.is_pinging = True
    try:
        connection.close_if_health_check_failed()
        connection.ensure_connection()
    except DatabaseError as error:
        logger.warning("The database does not answer: %s", str(error).strip().partition("\n")[0])
        return False
    finally:
        limits.is_pinging = False
    return True


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 where the web server and the database work; without it `DatabaseMiddleware` says 503."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
