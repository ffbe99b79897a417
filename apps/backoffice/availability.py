"""Answers quickly with its own page while the database is away; and reports whether it is."""

import logging
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.backoffice import error_pages
from apps.core import availability
from apps.flags.evaluation.current import age_in_words
from apps.schedules.heartbeat import scheduler_state

logger = logging.getLogger(__name__)

AWAY = "Quarterdeck isn't available right now.\nThe database does not answer."


class DatabaseMiddleware:
    """Must come before everything that queries the database.

    The connection is checked first, so that no request is started that cannot be finished, and a
    connection from before a server's restart is replaced.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with availability.limited() as limits:
            if not answers(limits):
                if request.path == reverse("health"):
                    return _plain(AWAY, status=503)
                return error_pages.unavailable(request)
            response = self.get_response(request)
            # Any failure because of it, in a view or around it, gets the 503 page.
            if limits.is_gone and response.status_code >= 500:
                return error_pages.unavailable(request, was_begun=True)
            return response


def answers(limits: availability.Limits) -> bool:
    """Tell whether the database answers; replace a dead connection."""
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
    """Answer 200 if the web server and the database work; otherwise `DatabaseMiddleware` answers 503.

    The second line tells of the scheduler, the third how old the flags are that this process answers from. A load
    balancer must not take the web servers away because of either.
    """
    return _plain(f"ok\n{scheduler_state().sentence}")


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(
        f"{text}\n{age_in_words()}\n",
        content_type="text/plain; charset=utf-8",
        status=status,
        headers={} if status == 200 else {"Retry-After": str(error_pages.RETRY_SECONDS)},
    )
