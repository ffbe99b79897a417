"""Time limits for the statements of a web request.

A page that is only viewed is answered within a second at any size. Its statements get 15 seconds,
so that a bad one ends before the reader gives up and the proxy (60 seconds) cuts it off without a
message. A confirmed action may write 100,000 rows with their history, or wait for an import's
locks: it gets 50 seconds, so that our own page still answers. Jobs, commands, and migrations have
no limit. Nor has a streamed response: its statement lasts as long as the download, and its length
is limited where it is made.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import OperationalError, connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

READING_SECONDS: float = 15
WRITING_SECONDS: float = 50
_CUT = "57014"  # query_canceled
_READS = ("GET", "HEAD", "OPTIONS")
_seconds: ContextVar[float] = ContextVar("statement_timeout", default=0)


def wanted_seconds() -> float:
    """Return the current limit in seconds; 0 means none."""
    return _seconds.get()


def was_cut(error: BaseException) -> bool:
    """Tell whether the database canceled a statement because it took too long."""
    cause = error.__cause__
    return isinstance(error, OperationalError) and getattr(cause, "sqlstate", None) == _CUT


class StatementTimeoutMiddleware:
    """Must come before everything that queries the database; apps/audit/postgresql sends the limit to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with statement_limit(READING_SECONDS if request.method in _READS else WRITING_SECONDS):
            response = self.get_response(request)
        if response.streaming:
            # What continues now may have opened its cursor before.
            for each in connections.all(initialized_only=True):
                if each.connection is not None and hasattr(each, "apply_statement_timeout"):
                    each.apply_statement_timeout()
        return response


@contextmanager
def statement_limit(seconds: float) -> Iterator[None]:
    """Let each statement of the block take so many seconds; see `was_cut`."""
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)
