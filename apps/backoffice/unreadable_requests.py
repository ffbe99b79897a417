"""Refuses text that no column of the database can hold, before a page asks the database for it.

PostgreSQL stores no NUL character. An address, a cookie or a form that holds one comes from no page of
ours; each view that passed it on would fail in its own way.
"""

from collections.abc import Callable

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.request import UnreadablePostError

from apps.backoffice import error_pages
from apps.core.errors import AddressRefused

_NUL = "\x00"
_ENCODINGS = ("", "utf-8", "utf8", "us-ascii", "ascii")


class UnreadableAddressMiddleware:
    """Must come before the session, whose cookie is the first text that is looked up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (request.content_params or {}).get("charset", "").strip(
            "\"' "
        ).lower() not in _ENCODINGS:
            # `GET` and `POST` are read in the encoding that a request claims, and the setter of
            # `encoding` reads them first: some encodings make that an error.
            request._encoding = "utf-8"  # type: ignore[attr-defined]
            return _refused(request, "This request isn't encoded in UTF-8.")
        try:
            given = request.GET
        except TooManyFieldsSent:
            # The error page reads the URL as well.
            request.GET = QueryDict()
            return _refused(request, "The address has more parameters than any page takes.")
        for name in [name for name, value in request.COOKIES.items() if _NUL in name + value]:
            del request.COOKIES[name]
        headers = (value for name, value in request.META.items() if name.startswith("HTTP_"))
        if _NUL in request.path or _holds(given) or any(_NUL in str(each) for each in headers):
            return _refused(request, "The address contains a NUL character, which isn't allowed.")
        return self.get_response(request)


class UnreadableFormMiddleware:
    """Must come after the CSRF check, which reads the form first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> HttpResponse | None:
        if request.method != "POST":
            return None
        try:
            is_unreadable = _holds(request.POST)
        except UnreadablePostError:
            return None  # The visitor is gone; nobody reads an answer.
        if is_unreadable:
            return _refused(request, "The form contains a NUL character, which isn't allowed.")
        return None


def _holds(query: object) -> bool:
    return any(
        _NUL in text
        for name, values in query.lists()  # type: ignore[attr-defined]
        for text in (name, *values)
    )


def _refused(request: HttpRequest, message: str) -> HttpResponse:
    return error_pages.bad_request(request, AddressRefused(message))
