"""Keeps the API apart from the pages: no cookie comes in, and no page of an error goes out."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.api.problems import CONTENT_TYPE, problem
from apps.audit.change_sources import API

PREFIX = "/api/"
_KEPT = ("Retry-After", "WWW-Authenticate", "Allow", "X-Request-ID")


class ApiMiddleware:
    """Takes the cookies from requests of the API, so that no session and no CSRF question reaches it.

    What was refused before a view of the API was asked (a host, a missing database) is a problem, too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        request.COOKIES = {}
        request.change_source = API  # type: ignore[attr-defined]
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "") != CONTENT_TYPE
        if response.status_code >= HTTPStatus.BAD_REQUEST and is_page:
            answer = problem(request, response.status_code)
            for name in _KEPT:
                if name in response.headers:
                    answer.headers[name] = response.headers[name]
            response = answer
        response.headers["Cache-Control"] = "no-store"
        return response
