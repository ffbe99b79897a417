"""Limits on attempts at a password or a code.

Other people's attempts lock nobody out for longer than a few minutes:

- A browser that has signed in to the account before (a signed cookie says so) is counted
  separately. Attempts elsewhere do not count against it, nor does its address.
- Any other browser is counted by its address, by the account at its address, and by the account
  over all addresses. The last limit stops guessing from many addresses. While it is reached, the
  owner can still sign in with a known browser, a passkey, or a link in an e-mail, which makes the
  browser known.

An attempt is counted before it is checked, so that simultaneous attempts all count, and uncounted
if it was right. All windows are minutes long.
"""

from collections.abc import Callable
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from apps.accounts.signin import known_browsers
from apps.accounts.signin.allauth_internals import ratelimit
from apps.audit import event_kinds
from apps.audit.events import record_event
from apps.core.fields import fold_email

type TakeBack = Callable[[], None]

NOTED_ONCE_IN = 10 * 60


class TooManyAttempts(Exception):  # noqa: N818  It is an answer.
    """Too many attempts lately."""


def count_attempt(request: HttpRequest, *, email: str, what: str) -> TakeBack:
    """Count an attempt at `what` (“password”, “code”) of an account that may not exist.

    Returns a function that uncounts it if it was right. Raises `TooManyAttempts` without counting.
    """
    email = fold_email(email)
    taken: list[ratelimit.RateLimitUsage] = []
    for name, key in _counters(request, email):
        usage = ratelimit.consume(
            request,
            app="apps.accounts",
            action=f"{what}.{name}",
            config={f"{what}.{name}": settings.SIGN_IN_LIMITS[name]},
            key=key,
            limit_get=True,
        )
        if usage is None:
            for earlier in taken:
                earlier.rollback()
            _note(what, email)
            raise TooManyAttempts
        taken.append(usage)

    def take_back() -> None:
        for usage in taken:
            usage.rollback()

    return take_back


def _counters(request: HttpRequest, email: str) -> list[tuple[str, str]]:
    if known := known_browsers.known_browser_id(request, email):
        return [("known_browser", f"{email} {known}")]
    address = ratelimit.get_ip(request)
    return [("address", address), ("account_at_address", f"{email} {address}"), ("account", email)]


def _note(what: str, email: str) -> None:
    """Log that an account has too many attempts; only once in a while, however long it goes on."""
    digest = sha256(email.encode()).hexdigest()
    if cache.add(f"sign-in-limit:{what}:{digest}", True, NOTED_ONCE_IN):
        record_event(
            event_kinds.SIGN_IN_FAILED, username=email, because=f"too many {what}s were tried"
        )
