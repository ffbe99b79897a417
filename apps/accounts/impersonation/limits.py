"""What may be done in somebody else's place, by the names of the addresses."""

from collections.abc import Iterable

# Leaving is always possible.
WAYS_OUT = {"impersonation_stop", "admin:logout", "account_logout", "logout"}

# What belongs to the person alone, and what would give the impersonator something to keep: never,
# neither read nor written. A name that ends with an asterisk stands for all that begin so.
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
    """Refuse these addresses while impersonating; a higher app names its own."""
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
