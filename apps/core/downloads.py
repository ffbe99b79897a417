"""Files that a page hands out."""

from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header


def attachment[Response: HttpResponseBase](response: Response, name: str) -> Response:
    """Make a response a private download: never shown in the page's origin, never cached."""
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
