"""Tells a browser, at its next request, why its session was ended elsewhere.

The session itself is deleted: a request that is still running could bring back a row that stays. The sentence
stands in another row, under a key that is made from the session's.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

_WHY = "ended_because"


def ending_store(session_key: str, why: str) -> None:
    """Keep `why` for the browser of a session that is being ended; it begins with "because"."""
    Session.objects.update_or_create(
        session_key=_key_of(session_key),
        defaults={
            "session_data": SessionStore().encode({_WHY: why}),
            "expire_date": timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE),
        },
    )


def ending_take(request: HttpRequest) -> str:
    """Return why the session that the browser still names was ended, once; "" where nobody ended it."""
    named = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not named:
        return ""
    kept = Session.objects.filter(session_key=_key_of(named), expire_date__gt=timezone.now())
    stored = kept.first()
    if stored is None:
        return ""
    stored.delete()
    return str(stored.get_decoded().get(_WHY, ""))


def _key_of(session_key: str) -> str:
    return salted_hmac("apps.accounts.ended_sessions", session_key, algorithm="sha256").hexdigest()[
        :40
    ]
