"""Signing in through the pages, and the factors that it takes."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from tests.factories.accounts import StaffFactory

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def staff(**more: Any) -> User:
    """Return a staff user who can sign in with `PASSWORD`."""
    user: User = StaffFactory(**more)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    url = reverse("account_login")
    token = client.get(url).cookies.get("csrftoken")
    posted = {"login": email, "password": password}
    if token:
        posted["csrfmiddlewaretoken"] = token.value
    return client.post(url, posted, **more)


def signed_in(client: Client, **more: Any) -> User:
    """Return a new staff user who has signed in by password."""
    user = staff(**more)
    assert sign_in(client, user.email).status_code == 302
    return user


def with_app(user: User) -> Authenticator:
    """Give a user an authenticator app."""
    return TOTP.activate(user, SECRET).instance


def with_codes(user: User) -> list[str]:
    return RecoveryCodes.activate(user).get_unused_codes()


def code(user: User, *, secret: str = SECRET, steps: int = 0) -> str:
    """Return what the user's app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))
