"""Scope: whether a staff user sees everything, or only what belongs to some organizations.

A staff user who is limited sees what the querysets' `for_staff(user)` gives him, and nothing else.
Whether he is limited stands on himself; what he is limited to is said by the app that owns it
(`apps/organizations/scope.py`). A superuser is never limited. Whoever is no user at all sees nothing.
"""

from typing import Any

from django.db.models import QuerySet

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


def own_work[Rows: QuerySet[Any]](rows: Rows, user: Any, *, by: str, since: str) -> Rows:
    """Return what a limited user may see of stored work (runs, files): his own.

    What he made before somebody took a part of his scope away may hold what he sees no more, so it
    is not his to see either. `by` and `since` name the fields of who made it and when.
    """
    if sees_everything(user):
        return rows
    mine: Rows = rows.filter(**{by: user.pk})
    narrowed = getattr(user, "narrowed_at", None)
    return mine.filter(**{f"{since}__gt": narrowed}) if narrowed else mine
