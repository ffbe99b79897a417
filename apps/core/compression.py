"""Compressed pages, except where a page holds a secret.

An attacker who can make a browser send requests, and sees how long the answers are, can guess a secret of a compressed
page that repeats what the address says (BREACH). Our pages are held against that three times: session cookies are not
sent with requests of other sites (`SameSite=Lax`), the CSRF token is masked again in each response, and Django adds up to
100 random bytes. What holds a secret that stays the same, such as recovery codes or the key of a second factor, is not
compressed at all: the pages under `UNCOMPRESSED_PATHS`.
"""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_COMPRESSED = ("text/html", "application/json")


class CompressionMiddleware(GZipMiddleware):
    """Django's, for whole pages. A download is streamed, and what is small stays as it is."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        if (
            response.streaming
            or not kind.startswith(_COMPRESSED)
            or request.path.startswith(tuple(settings.UNCOMPRESSED_PATHS))
        ):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
