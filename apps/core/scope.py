"""Scope: whether a staff user sees everything, or only what belongs to some organizations.

A staff user who is limited sees what the querysets' `for_staff(user)` gives him, and nothing else.
Whether he is limited stands on himself; what he is limited to is said by the app that owns it
(`apps/organizations/scope.py`). A superuser is never limited. Whoever is no user at all sees nothing.
"""

from typing import Any

from apps.core.errors import DomainError


def sees_everything(user: Any) -> bool:
    """Tell whether no scope narrows what `user` sees."""
    return bool(getattr(user, "is_superuser", False) or not getattr(user, "is_limited", True))


def is_limited(actor: Any) -> bool:
    """Tell whether `actor` is a user who is limited; a task, a command or the system is not."""
    return not (actor is None or isinstance(actor, str) or sees_everything(actor))


def refuse_limited(actor: Any, what: str) -> None:
    """Refuse what reaches beyond any one organization to who is limited to some."""
    if is_limited(actor):
        raise DomainError(f"{what} You are limited to some of them: ask a colleague who sees all.")
