"""The impersonation that a session has open."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.accounts.impersonation.services import impersonation_end
from apps.accounts.models import Impersonation

KEY = "impersonation"


def opened(request: HttpRequest) -> Impersonation | None:
    """Return the session's impersonation, ended or not; nothing after a sign-out."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    key = request.session.get(KEY)
    if key is None:
        return None
    found: Impersonation | None = (
        Impersonation.objects.select_related("impersonator", "target").filter(pk=key).first()
    )
    if found is None:
        forget_impersonation(request)
        return None
    if not request.user.is_authenticated or request.user.pk != found.impersonator_id:
        # The user was deactivated, signed out elsewhere, or the session is another user's now.
        impersonation_end(impersonation=found, ending=Impersonation.Ending.REFUSED)
        forget_impersonation(request)
        return None
    return found


def enter_impersonation(request: HttpRequest, impersonation: Impersonation) -> None:
    """Let the session act as the other person from its next request on."""
    request.session[KEY] = impersonation.pk


def leave_impersonation(request: HttpRequest, ending: str) -> Impersonation | None:
    """End the request's impersonation; from here on it is the impersonator's own."""
    impersonation: Any = getattr(request, "impersonation", None)
    if impersonation is None:
        return None
    real = request.real_user  # type: ignore[attr-defined]

    async def auser() -> Any:
        return real

    request.user, request.auser = real, auser
    del request.real_user, request.impersonation  # type: ignore[attr-defined]
    impersonation_end(impersonation=impersonation, ending=ending)
    forget_impersonation(request)
    return impersonation


def forget_impersonation(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
