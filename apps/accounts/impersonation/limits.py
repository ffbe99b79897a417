"""The URL names that are limited during an impersonation."""

from collections.abc import Iterable

# Stopping is always possible.
WAYS_OUT = {"impersonation_stop", "admin:logout", "account_logout", "logout"}

# Never allowed, neither reading nor writing: the person's private pages, and anything that the
# impersonator could keep. A name that ends with an asterisk is a prefix.
_never: set[str] = {
    "account_*",
    "mfa_*",
    "usersessions_*",
    "socialaccount_*",
    "openid_connect_*",
    "admin:password_change",
    "admin:password_change_done",
    "admin:accounts_user_impersonate",
}


def never_while_impersonating(*names: str) -> None:
    """Refuse these URL names during an impersonation; higher apps add their own."""
    _never.update(names)


def is_way_out(name: str) -> bool:
    return name in WAYS_OUT


def is_refused_always(name: str) -> bool:
    return not is_way_out(name) and _matches(name, _never)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(
        name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
        for pattern in patterns
    )
