"""The one module that imports allauth's private names; `pyproject.toml` limits the version for it.

`normalize_user_code` writes a code as allauth compares it. The authentication records tell when
this session's second factor was given. `ratelimit` counts attempts under our key for an address.
`apps_from_settings` finds the providers in the settings, without those of the database.
"""

from allauth.account.authentication import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.socialaccount.adapter import _build_apps_from_settings as apps_from_settings

__all__ = [
    "AUTHENTICATION_METHODS_SESSION_KEY",
    "apps_from_settings",
    "get_authentication_records",
    "normalize_user_code",
    "ratelimit",
    "record_authentication",
]
