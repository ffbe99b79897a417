"""Who may read addresses and numbers, and what the others see."""

from typing import Any

from apps.core.personal import masked

__all__ = ["masked", "sees_personal_data"]


def sees_personal_data(user: Any) -> bool:
    return bool(user.has_perm("accounts.view_personal_data"))
