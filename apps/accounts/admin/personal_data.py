"""Who may read e-mail addresses and phone numbers, and what others see instead."""

from apps.core.actors import PermissionHolder
from apps.core.personal_patterns import masked

__all__ = ["masked", "sees_personal_data"]


def sees_personal_data(user: PermissionHolder) -> bool:
    return bool(user.has_perm("accounts.view_personal_data"))
