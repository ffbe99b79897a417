"""Scope: whether a staff user sees everything, or only what belongs to some organizations.

A limited staff user sees what the querysets' `for_staff(user)` returns, and nothing else. A queryset
declares by which fields: `scoped_by = {"organization": organizations_of}`.
`User.is_limited` says whether a user is limited; the organizations app says to what
(`apps/organizations/organization_scope.py`), and plugs it into the port `SCOPE`. A superuser is
never limited. An anonymous visitor sees nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeGuard

from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Subquery

from apps.core.actors import Actor, PermissionHolder
from apps.core.errors import DomainError
from apps.core.estimates import conditions_of
from apps.core.port import Port, Registry


@dataclass(frozen=True)
class Scope:
    """The answers of the app that owns the scope."""

    # A queryset of one column: the keys of the people in a limited user's scope.
    people: Callable[[Any], QuerySet[Any]]
    # "3 organizations", of a limited user.
    words: Callable[[Any], str]
    # Whether everything that the second, limited user sees is also visible to the first.
    covers: Callable[[Any, Any], bool]
    # A text that two limited users share if they see the same.
    key: Callable[[Any], str]
    # Whether the user sees so much that records are tested one by one; see `in_keys`.
    is_wide: Callable[[Any], bool]


# Returns a queryset of one column: the keys that a limited user sees.
type ScopeKeys = Callable[[Any], QuerySet[Any]]

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

    A model declares either this or `scoped_by` in its queryset. One that declares neither shows a
    limited user nothing, and `manage.py check` reports it.
    """
    for model in models:
        UNSCOPED.add(Unscoped(model, because))


def is_unscoped(model: type[Model]) -> bool:
    concrete: Any = model._meta.concrete_model
    return UNSCOPED.get(concrete._meta.label) is not None


def nothing_of[Rows: QuerySet[Any]](rows: Rows) -> Rows:
    """Return no rows, with real SQL: `none()` cannot be part of a larger statement."""
    return rows.filter(pk__isnull=True)


def sees_everything(user: PermissionHolder) -> bool:
    """Tell whether no scope narrows what `user` sees."""
    return bool(getattr(user, "is_superuser", False) or not getattr(user, "is_limited", True))


class SeenBy(Func):
    """Whether a value is among some keys, looked up for each row that a statement reaches.

    `OFFSET 0` keeps PostgreSQL from collecting the keys first, however many it expects.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, value: Any, keys: Any) -> None:
        super().__init__(value, keys)

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        value, keys = (compiler.compile(each) for each in self.get_source_expressions())
        sql = f"EXISTS (SELECT 1 FROM {keys[0]} AS seen(k) WHERE seen.k = {value[0]} OFFSET 0)"  # noqa: S608
        return sql, (*keys[1], *value[1])


def is_wide(user: PermissionHolder) -> bool:
    """Tell whether a limited user sees so much that a page finds enough of it wherever it looks."""
    known: bool | None = getattr(user, "_scope_is_wide", None)
    if known is None:
        known = SCOPE.get().is_wide(user)
        user._scope_is_wide = known  # type: ignore[attr-defined]
    return known


def in_keys(name: str, keys: QuerySet[Any], user: PermissionHolder) -> Q:
    """Return the condition that a field is among the keys that a limited user sees.

    A wide scope is looked up for each row that a statement reaches: a page needs few, and the keys of 5,000
    organizations' people are a quarter of a million. A small scope is collected first: a page would walk past
    nearly all rows before it found one.
    """
    if is_wide(user):
        return Q(SeenBy(F(name), Subquery(keys.order_by())))
    return Q(**{f"{name}__in": keys})


def is_tested_by_row(queryset: QuerySet[Any]) -> bool:
    """Tell whether a queryset looks its scope up for each row, so that counting it takes long."""
    return any(conditions_of(queryset, SeenBy))


def is_limited(actor: Actor) -> TypeGuard[PermissionHolder]:
    """Tell whether `actor` is a user who is limited; a task, a command or the system is not."""
    return not (actor is None or isinstance(actor, str) or sees_everything(actor))


def refuse_limited(actor: Actor, what: str) -> None:
    """Refuse a limited user an action that affects every organization."""
    if is_limited(actor):
        raise DomainError(
            f"{what} Your access is limited to some of them. Ask a colleague with full access."
        )


def own_work[Rows: QuerySet[Any]](
    rows: Rows, user: PermissionHolder, *, by: str, since: str
) -> Rows:
    """Return the stored work (runs, files) that a limited user may see: their own.

    Work from before their scope was last reduced may contain what they no longer see, so it is
    hidden, too. `by` and `since` name the fields of its creator and its time.
    """
    if sees_everything(user):
        return rows
    mine: Rows = rows.filter(**{by: user.pk})
    narrowed = getattr(user, "narrowed_at", None)
    return mine.filter(**{f"{since}__gt": narrowed}) if narrowed else mine
