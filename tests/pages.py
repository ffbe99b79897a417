"""Pages as a browser shows them: where a template breaks its lines is not a business of a test."""

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# In these, white space is content.
_AS_IT_IS = re.compile(r"(<(pre|textarea|script|style)\b.*?</\2>)", re.DOTALL)


def collapsed(page: str) -> str:
    """Return a page with one space for any white space that a browser shows as one."""
    # Text, a block, and the block's name, in turn.
    pieces = _AS_IT_IS.split(page)
    pieces[::3] = [re.sub(r"\s*\n\s*", " ", text) for text in pieces[::3]]
    return "".join(piece for index, piece in enumerate(pieces) if index % 3 != 2)


class CollapsingMiddleware:
    """The outermost of the tests: what a test reads has been through every other one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and not response.streaming and not response.has_header("Content-Encoding"):
            response.content = collapsed(response.content.decode(response.charset))  # type: ignore[attr-defined]
            if response.has_header("Content-Length"):
                response.headers["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
        return response
