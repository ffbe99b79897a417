"""The project's addresses and a few that fail, each in its own way."""

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import path

from apps.core.errors import DomainError
from config.urls import (
    handler400,
    handler403,
    handler404,
    handler500,
)
from config.urls import (
    urlpatterns as project_urls,
)

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("A fault in the code.")


def refuses(request: HttpRequest) -> HttpResponse:
    raise DomainError("An organization keeps at least one owner.")


def suspects(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("A cookie was forged.")


urlpatterns = [
    path("breaks/", breaks),
    path("refuses/", refuses),
    path("suspects/", suspects),
    *project_urls,
]
