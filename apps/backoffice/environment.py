"""The word beside the product's name that says which installation this is."""

from django.conf import settings
from django.http import HttpRequest


def environment_label(request: HttpRequest) -> list[str] | None:
    """Return `[text, color]` for Unfold, or nothing where no label is set."""
    return [settings.ENVIRONMENT_LABEL, "info"] if settings.ENVIRONMENT_LABEL else None
