"""Sudo mode, from the ground floor: what does great damage asks for a fresh factor first.

The accounts app stands above this one and knows what a factor is: it registers what to ask when it
starts, and its middleware turns `FreshFactorNeeded` into the page that asks for the factor and then
takes the person back. Where nobody has registered, nothing is asked.
"""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


class FreshFactorNeeded(Exception):  # noqa: N818  It is a question, not an error.
    """Raised in a view whose work needs a factor proven lately in this session."""

    def __init__(self, purpose: str) -> None:
        super().__init__(purpose)
        self.purpose = purpose


type IsFresh = Callable[[HttpRequest], bool]

_registered: list[IsFresh] = []


def register(is_fresh: IsFresh) -> None:
    """Give what tells whether a request's session has a fresh factor; the last one given counts."""
    _registered[:] = [is_fresh]


def is_impersonated(request: HttpRequest) -> bool:
    """Tell whether somebody acts in somebody else's place: for that there is no sudo mode."""
    return getattr(request, "real_user", None) is not None


def has_fresh_factor(request: HttpRequest) -> bool:
    return not is_impersonated(request) and all(is_fresh(request) for is_fresh in _registered)


def require_fresh_factor(request: HttpRequest, purpose: str) -> None:
    """Raise `FreshFactorNeeded` unless the session proved a factor lately.

    `purpose` ends the sentence "A fresh sign-in is asked for before you …": "purge 3 organizations".
    Ask on the GET that shows the confirmation too, so that no input is lost on the POST.
    """
    if is_impersonated(request):
        raise PermissionDenied(
            f"Nobody may {purpose} in somebody else's place. Stop acting as this person first."
        )
    if not has_fresh_factor(request):
        raise FreshFactorNeeded(purpose)
