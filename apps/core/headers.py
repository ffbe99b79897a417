"""Response headers that restrict what the browser may do, in addition to Django's."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.csp import CSP

# Device features that none of our pages use. Copying an ID and signing in by passkey stay
# allowed.
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

# A downloaded file: if a browser shows it anyway, it may load and run nothing.
_FILE_POLICY = "default-src 'none'; sandbox"


class BrowserHeadersMiddleware:
    """Must come right after the Content-Security-Policy middleware and before all others."""

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
            # The translation catalog for scripts: it has no personal data, and every page loads
            # it.
            headers.setdefault("Cache-Control", "private, max-age=3600")
        else:
            headers.setdefault("Cache-Control", "private, no-store")
        if IS_POPUP_VAR in request.GET:
            _allow_same_origin_frames(response)
        else:
            # By default, the admin's lists could always be framed by our own pages.
            headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        return response


def _allow_same_origin_frames(response: HttpResponseBase) -> None:
    """Allow framing on our own pages, because a related record is added in a frame."""
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    if "Content-Security-Policy" not in response.headers:
        policy = {**settings.SECURE_CSP, "frame-ancestors": [CSP.SELF]}
        response._csp_config = policy  # type: ignore[attr-defined]
