"""Sudo mode: a factor proven recently in this session allows dangerous actions.

allauth stores in the session which factor was proven when; an entry with `reauthenticated` was made
because the person was asked again. A sign-in alone never opens sudo mode. People with a second
factor open it with that, others with the password.
"""

import time
from datetime import UTC, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts.models import User
from apps.accounts.signin.allauth_internals import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from apps.core.actors import PermissionHolder
from apps.core.sudo import is_impersonated

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
PENDING = "sudo_pending"
# The size of a suspended form that a session keeps; a longer one must be filled in again.
LONGEST_FORM = 200_000


def has_second_factor(user: PermissionHolder) -> bool:
    return bool(
        user.is_authenticated
        and Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS).exists()
    )


def is_fresh(request: HttpRequest) -> bool:
    return fresh_until(request) is not None


def fresh_until(request: HttpRequest) -> datetime | None:
    """Return when sudo mode ends in this session; nothing if it is off."""
    user = request.user
    if not isinstance(user, User) or is_impersonated(request):
        return None
    proofs = [
        record
        for record in get_authentication_records(request, user)
        if record.get("reauthenticated")
        and time.time() - record["at"] < settings.SUDO_SECONDS
        and record["method"] in ("password", "mfa")
    ]
    if not proofs:
        return None
    # Read only if there is a proof: a page without sudo mode costs no query.
    if has_second_factor(user):
        proofs = [record for record in proofs if record["method"] == "mfa"]
    if not proofs:
        return None
    return datetime.fromtimestamp(proofs[-1]["at"] + settings.SUDO_SECONDS, UTC)


def has_just_signed_in(request: HttpRequest) -> bool:
    """Tell whether the person has proven any factor recently, even only by signing in."""
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < settings.SUDO_SECONDS for record in records)


def end(request: HttpRequest) -> None:
    """End sudo mode in this session; the sign-in stays."""
    records = get_authentication_records(request, request.user)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {key: value for key, value in record.items() if key != "reauthenticated"}
        for record in records
    ]
    request.session.pop(PENDING, None)


def suspend(request: HttpRequest, purpose: str) -> None:
    """Store the request in the session until the factor is proven."""
    posted = None
    if request.method == "POST":
        form = request.POST.copy()
        form.pop("csrfmiddlewaretoken", None)
        posted = form.urlencode()
    lost = bool(request.FILES) or (posted is not None and len(posted) > LONGEST_FORM)
    request.session[PENDING] = {
        "purpose": purpose,
        "path": request.get_full_path(),
        "page": _page_of(request),
        "posted": None if lost else posted,
        "lost": lost,
    }


def _page_of(request: HttpRequest) -> str:
    """Return the page with the form, for a request that returned a file."""
    page = request.headers.get("Referer", "")
    return page if url_has_allowed_host_and_scheme(page, {request.get_host()}) else ""


def purpose(request: HttpRequest) -> str:
    """Return the purpose of the re-authentication: "purge 3 organizations"."""
    # A request that failed early has no session, and its error page also calls this.
    session = getattr(request, "session", {})
    return str(session.get(PENDING, {}).get("purpose", ""))


def resume(request: HttpRequest) -> dict[str, Any] | None:
    """Return and forget the request that `suspend` stored."""
    pending: dict[str, Any] | None = request.session.pop(PENDING, None)
    return pending
