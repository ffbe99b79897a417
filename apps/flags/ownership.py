"""Who is told about a flag or a switch: its owner, else the owning role's people, else those who may turn it."""

from typing import Any

from django.db.models import QuerySet

from apps.accounts.approvals.selectors import people_with
from apps.accounts.models import User
from apps.core.scope import sees_everything

FLIP = "flags.flip_flag"


def can_own(kind: str) -> QuerySet[User]:
    """Return the active staff who see flags, or switches: nobody else could do anything about one."""
    return people_with([f"flags.view_{kind}"])


def recipients(kind: str, toggle: Any | None) -> list[User]:
    """Return the people who are told about a flag ("flag") or switch ("switch"); None is one that no longer exists.

    An owner who left, or can no longer see flags, is passed over.
    """
    able = can_own(kind)
    if (
        toggle is not None
        and toggle.owner_id
        and (owner := able.filter(pk=toggle.owner_id).first())
    ):
        return [owner]
    if toggle is not None and toggle.owner_role_id:
        holders = list(able.filter(groups=toggle.owner_role_id))
        if holders:
            return holders
    return [person for person in people_with([FLIP]) if sees_everything(person)]
