"""The page with all ways to sign in, and the page that requires a second factor."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.accounts import sessions
from apps.accounts.email_changes.selectors import pending_email_change
from apps.accounts.models import User
from apps.accounts.signin import factors, known_browsers, sudo


@never_cache
@login_required
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)  # noqa: S101  Said by login_required.
    of_type: dict[str, list[Authenticator]] = {}
    for authenticator in Authenticator.objects.filter(user=user).order_by("created_at"):
        of_type.setdefault(authenticator.type, []).append(authenticator)
    codes = of_type.get(Authenticator.Type.RECOVERY_CODES, [])
    context = {
        "title": "Account security",
        "app": next(iter(of_type.get(Authenticator.Type.TOTP, [])), None),
        "passkeys": [each.wrap() for each in of_type.get(Authenticator.Type.WEBAUTHN, [])],
        "has_second_factor": sudo.has_second_factor(user),
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else 0,
        "is_required": factors.is_required_of(user),
        "sessions": sessions_for(request, user),
        "pending_email": pending_email_change(user),
        "sudo_until": sudo.fresh_until(request),
    }
    return render(request, "account/security.html", context)


def sessions_for(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    """Return the sessions with their descriptions, this one first."""
    current = request.session.session_key
    described = [
        {
            "session": session,
            "browser": known_browsers.browser_in_words(session.user_agent),
            "is_current": session.session_key == current,
        }
        for session in sessions.sessions_of(user)
    ]
    return sorted(described, key=lambda each: not each["is_current"])


@never_cache
@login_required
@require_GET
def factor_required(request: HttpRequest) -> HttpResponse:
    return render(request, "account/factor_required.html", {"title": "One more step"})
