"""Sudo mode: dangerous actions require a recent re-authentication.

The accounts app knows the second factors and plugs its answer into the port `SUDO`. Its middleware
turns `FreshFactorNeeded` into the page that asks for the factor and then takes the person back.
"""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from apps.core.port import Port

SUDO = Port[Callable[[HttpRequest], bool]]("sudo", "whether a session proved its factor lately")


class FreshFactorNeeded(Exception):  # noqa: N818  It is a question, not an error.
    """Raised in a view that requires a recently proven factor in this session."""

    def __init__(self, purpose: str) -> None:
        super().__init__(purpose)
        self.purpose = purpose


def is_impersonated(request: HttpRequest) -> bool:
    """Tell whether somebody acts as somebody else, for which there is no sudo mode."""
    return getattr(request, "real_user", None) not in (None, request.user)


def has_fresh_factor(request: HttpRequest) -> bool:
    is_fresh = SUDO.get()
    return not is_impersonated(request) and is_fresh(request)


def require_fresh_factor(request: HttpRequest, purpose: str) -> None:
    """Raise `FreshFactorNeeded` unless the session proved a factor recently.

    `purpose` ends the sentence "To continue: …", such as "purge 3 organizations". Also call this
    for the GET of the confirmation, so that no input is lost on the POST.
    """
    if is_impersonated(request):
        raise PermissionDenied(
            f"You can't {purpose} while acting as somebody else. Stop acting as this person first."
        )
    if not has_fresh_factor(request):
        raise FreshFactorNeeded(purpose)
