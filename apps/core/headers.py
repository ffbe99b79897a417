"""Headers that tell the browser what a response may be used for, beside those of Django."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.csp import CSP

# What no page of ours asks a device for. Copying an id and signing in by passkey stay our own.
_NEVER = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
_OURS = ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS_POLICY = ", ".join(
    [*(f"{feature}=()" for feature in _NEVER), *(f"{feature}=(self)" for feature in _OURS)]
)

# A file that is taken away: should a browser show it all the same, it may load and run nothing.
_FILE_POLICY = "default-src 'none'; sandbox"


class BrowserHeadersMiddleware:
    """Stands right below the Content-Security-Policy's middleware, above all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if headers.get("Content-Disposition", "").startswith("attachment"):
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Cache-Control"] = "private, no-store"
            headers.setdefault("Content-Security-Policy", _FILE_POLICY)
        elif headers.get("Content-Type", "").startswith("text/javascript"):
            # The catalog of the scripts' words: nobody's data, asked for by every page.
            headers.setdefault("Cache-Control", "private, max-age=3600")
        else:
            headers.setdefault("Cache-Control", "private, no-store")
        if IS_POPUP_VAR in request.GET:
            _allow_same_origin_frames(response)
        else:
            # The admin's lists would let our own pages frame them at any time.
            headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        return response


def _allow_same_origin_frames(response: HttpResponseBase) -> None:
    """A record is added from another one's form in a frame of that page; others may not frame it."""
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    if "Content-Security-Policy" not in response.headers:
        policy = {**settings.SECURE_CSP, "frame-ancestors": [CSP.SELF]}
        response._csp_config = policy  # type: ignore[attr-defined]
