"""Scope: whether a staff user sees everything, or only what belongs to some organizations.

A limited staff user sees what the querysets' `for_staff(user)` returns, and nothing else.
`User.is_limited` says whether staff are restricted; the organizations app says to what
(`apps/organizations/organization_scope.py`) and plugs it into the port `SCOPE`. A superuser is never limited. An anonymous visitor sees nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeGuard

from django.db.models import Model, QuerySet

from apps.core.actors import Actor, PermissionHolder
from apps.core.errors import DomainError
from apps.core.port import Port, Registry


@dataclass(frozen=True)
class Scope:
    """What the app that owns the scope answers."""

    # The keys of the people that belong to what a limited user sees, as a queryset of one column.
    people: Callable[[Any], QuerySet[Any]]
    # "3 organizations", of a limited user.
    words: Callable[[Any], str]
    # Whether all that the second user, who is limited, sees lies within what the first one sees.
    covers: Callable[[Any, Any], bool]


SCOPE = Port[Scope]("scope", "what a limited staff user sees")


@dataclass(frozen=True)
class Unscoped:
    """A model whose records belong to no organization and no person, and why that is so."""

    model: type[Model]
    because: str


UNSCOPED = Registry[Unscoped](
    "unscoped models",
    "what limited users see all of",
    key=lambda declared: declared.model._meta.label,
)


def unscoped(*models: type[Model], because: str) -> None:
    """Declare that limited users see every record of these models, in lists and in the history.

    A model says either this or `for_staff` in its queryset. One that says neither shows a limited user
    nothing, and `manage.py check` names it.
    """
    for model in models:
        UNSCOPED.add(Unscoped(model, because))


def is_unscoped(model: type[Model]) -> bool:
    concrete: Any = model._meta.concrete_model
    return UNSCOPED.get(concrete._meta.label) is not None


def nothing_of[Rows: QuerySet[Any]](rows: Rows) -> Rows:
    """Return none of the rows, with SQL of its own: of `none()` no larger statement can be made."""
    return rows.filter(pk__isnull=True)


def sees_everything(user: PermissionHolder) -> bool:
    """Tell whether no scope narrows what `user` sees."""
    return bool(getattr(user, "is_superuser", False) or not getattr(user, "is_limited", True))


def is_limited(actor: Actor) -> TypeGuard[PermissionHolder]:
    """Tell whether `actor` is a user who is limited; a task, a command or the system is not."""
    return not (actor is None or isinstance(actor, str) or sees_everything(actor))


def refuse_limited(actor: Actor, what: str) -> None:
    """Refuse what reaches beyond any one organization to who is limited to some."""
    if is_limited(actor):
        raise DomainError(
            f"{what} Your access is limited to some of them. Ask a colleague with full access."
        )


def own_work[Rows: QuerySet[Any]](
    rows: Rows, user: PermissionHolder, *, by: str, since: str
) -> Rows:
    """Return what a limited user may see of stored work (runs, files): their own.

    What they created before their scope was narrowed may hold what they no longer see, so it
    is hidden as well. `by` and `since` name the fields of who created it and when.
    """
    if sees_everything(user):
        return rows
    mine: Rows = rows.filter(**{by: user.pk})
    narrowed = getattr(user, "narrowed_at", None)
    return mine.filter(**{f"{since}__gt": narrowed}) if narrowed else mine
