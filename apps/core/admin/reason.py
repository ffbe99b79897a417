"""The reason that is given with a change."""

from django.http import HttpRequest

REASON_LENGTH = 500


def reason_of(request: HttpRequest) -> str:
    """Return the reason that was given with a change form."""
    return request.POST.get("_reason", "").strip()[:REASON_LENGTH]
