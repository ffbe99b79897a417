"""Django's requests, made so that no header or body of theirs ends in an error outside of our pages.

Django reads the content type before any middleware runs, and the heads of a form's parts without catching
what the standard library raises for a parameter that it cannot decode (`name*0*=`). Both would be a bare 500.
"""

from typing import Any

from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import HttpRequest
from django.utils.http import parse_header_parameters

# No encoding has this name: `apps.backoffice.unreadable_requests` refuses the request with a page.
UNREADABLE = "unreadable"


class Readable(HttpRequest):
    """What both kinds of requests have in common."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        # `charset` is not obeyed as Django does: forms are in UTF-8, and some encodings are none of text.
        try:
            self.content_type, self.content_params = parse_header_parameters(
                meta.get("CONTENT_TYPE", "")
            )
        except (LookupError, TypeError, ValueError):
            self.content_type, self.content_params = "", {"charset": UNREADABLE}

    def parse_file_upload(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse_file_upload(*args, **kwargs)
        except (LookupError, TypeError, ValueError) as error:
            raise MultiPartParserError("The headers of a part cannot be read.") from error


class ReadableWSGIRequest(Readable, WSGIRequest):
    pass


class ReadableASGIRequest(Readable, ASGIRequest):
    pass


def readable[Handler: (WSGIHandler, ASGIHandler)](application: Handler) -> Handler:
    """Let an application make requests of ours."""
    if isinstance(application, WSGIHandler):
        application.request_class = ReadableWSGIRequest
    else:
        application.request_class = ReadableASGIRequest
    return application
