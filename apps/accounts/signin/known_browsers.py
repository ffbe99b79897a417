"""Known browsers, which signed in before, and readable names of browsers."""

import re
import secrets
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from apps.core.fields import fold_email

_SALT = "accounts.known_browser"
_LASTS = 180 * 24 * 3600
_MOST_ACCOUNTS = 5


def known_browser_id(request: HttpRequest, email: str) -> str:
    """Return the ID of a browser that has signed in to this account; "" if it has not."""
    return _accounts(request).get(_account(email), "")


def remember_browser(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Remember the browser for this account. The cookie grants no access."""
    accounts = _accounts(request)
    name = _account(email)
    accounts[name] = accounts.pop(name, "") or secrets.token_urlsafe(12)
    kept = dict(list(accounts.items())[-_MOST_ACCOUNTS:])
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(kept, salt=_SALT),
        max_age=_LASTS,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def _accounts(request: HttpRequest) -> dict[str, str]:
    try:
        cookie = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
        accounts = signing.loads(cookie, salt=_SALT, max_age=_LASTS)
    except signing.BadSignature:
        return {}
    return accounts if isinstance(accounts, dict) else {}


def _account(email: str) -> str:
    """Identify an account in the cookie without revealing its address."""
    return sha256(f"{settings.SECRET_KEY}{fold_email(email)}".encode()).hexdigest()[:16]


# The first match counts: every browser also claims to be an older one.
_BROWSERS = [
    (r"Edg(?:e|A|iOS)?/(\d+)", "Edge"),
    (r"OPR/(\d+)", "Opera"),
    (r"SamsungBrowser/(\d+)", "Samsung Internet"),
    (r"(?:Firefox|FxiOS)/(\d+)", "Firefox"),
    (r"(?:Chrome|CriOS|HeadlessChrome|Chromium)/(\d+)", "Chrome"),
    (r"Version/(\d+).* Safari/", "Safari"),
]
_SYSTEMS = [
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Mac OS X|Macintosh", "macOS"),
    (r"CrOS", "ChromeOS"),
    (r"Linux", "Linux"),
]


def browser_in_words(user_agent: str) -> str:
    """Return "Firefox 140 on Windows" for a User-Agent header."""
    browser = next(
        (
            f"{name} {found[1]}"
            for pattern, name in _BROWSERS
            if (found := re.search(pattern, user_agent))
        ),
        "",
    )
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), "")
    return " on ".join(part for part in (browser, system) if part) or "Unknown browser"
