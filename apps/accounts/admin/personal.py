"""Who may read addresses and numbers, and what the others see."""

from typing import Any


def sees_personal_data(user: Any) -> bool:
    return bool(user.has_perm("accounts.view_personal_data"))


def masked(email: str) -> str:
    """Return an address that can be recognized but not used: a…@example.org."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"
