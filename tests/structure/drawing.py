"""Pages that are asked for and not drawn, for tests that ask thousands of them for their status alone.

The view has run in full by then: who may do what, what is looked up, and what is refused. What the pages of
refusals say has its own tests (tests/backoffice/test_error_pages.py).
"""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

import config.urls
from apps.backoffice import error_pages


class Drawing:
    """Draws each kind of refusal once for each visitor, and any other page while `is_on`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_on = True
        self._shown: set[Any] = set()
        self._refusal = error_pages._page
        self._content: Any = SimpleTemplateResponse.rendered_content
        monkeypatch.setattr(error_pages, "_page", self._page)
        monkeypatch.setattr(config.urls, "handler403", self._forbidden)
        monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", property(self._render))

    def _page(self, request: HttpRequest, status: int, **options: Any) -> HttpResponse:
        if self._is_shown(request, status, options.get("template")):
            return HttpResponse(status=status)
        return self._refusal(request, status, **options)

    def _forbidden(self, request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        # Finding out who could give the permission takes longer than the drawing.
        if self._is_shown(request, "answer"):
            return HttpResponse(status=403)
        return error_pages.forbidden(request, exception)

    def _is_shown(self, request: HttpRequest, *kind: Any) -> bool:
        # What is refused before anybody looks who asks has no user.
        key = (getattr(getattr(request, "user", None), "pk", None), *kind)
        is_shown = key in self._shown
        self._shown.add(key)
        return is_shown

    def _render(self, response: SimpleTemplateResponse) -> str:
        return str(self._content.fget(response)) if self.is_on else ""


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> Drawing:
    """Draw the pages of refusals once for each visitor, and others as long as `drawing.is_on`."""
    return Drawing(monkeypatch)
