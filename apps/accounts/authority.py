"""Decisions about other people's accounts: what prevents them, and the locks that the answer needs.

Every service that gives access to an account or closes one (roles, scope, e-mail address, password
link, factors, sessions, deactivation, impersonation, names by form or import) asks
`account_obstacle`.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.models.user import REMOVED
from apps.accounts.people_scope import covers
from apps.core.actors import Actor, holds, require
from apps.core.errors import DomainError
from apps.core.scope import is_limited

COLLEAGUES = "accounts.set_roles"
# One number for the whole database; it must only differ from other locks.
_RIGHTS = "hashtext('accounts.rights')"
GONE = "This person no longer exists, or is outside your scope."


def rights_lock() -> None:
    """Serialize decisions about permissions until the end of this transaction.

    Who can do what is stored in several tables: roles, their permissions, their people, and scopes.
    Two transactions that each read one and write another could both be right alone and wrong
    together. Take this lock before any row lock, to prevent deadlocks.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_RIGHTS})")


def roles_lock(keys: Iterable[int]) -> dict[int, Group]:
    """Lock roles so that they gain neither permissions nor people, not even by SQL; return them.

    A statement that adds a row that refers to a role needs a share of its lock, and waits. The
    caller must hold `rights_lock`.
    """
    found = Group.objects.select_for_update().filter(pk__in=list(keys)).order_by("pk")
    return {role.pk: role for role in found}


def account_lock(*, user: User, actor: Actor, in_scope: bool = True) -> tuple[User, Actor]:
    """Lock the rows of a person and of the actor, and return both as they are now.

    The caller holds a transaction. Permissions that `actor` had when the request began may have
    been revoked, so check those of the returned actor. Raises `DomainError` for a person out of
    scope; `in_scope=False` leaves that to the caller.
    """
    _refuse_narrowed(actor)
    rights_lock()
    keys = {user.pk, actor.pk} if isinstance(actor, User) else {user.pk}
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows}
    person = found.get(user.pk)
    now: Actor = found.get(actor.pk) if isinstance(actor, User) else actor
    if isinstance(actor, User) and now is None:
        raise DomainError(GONE)
    if person is None:
        raise DomainError(GONE)
    if person.is_removed:
        raise DomainError(REMOVED)
    if in_scope and not User.objects.for_actor(now).filter(pk=person.pk).exists():
        raise DomainError(GONE)
    return person, now


def account_decide(*, user: User, actor: Actor, permissions: Iterable[str]) -> tuple[User, Actor]:
    """Lock a person's account for a decision; see `account_lock`. Refuses if `actor` may not decide."""
    person, now = account_lock(user=user, actor=actor)
    require(now, *permissions)
    account_refuse(actor=now, person=person)
    return person, now


def account_refuse(*, actor: Actor, person: User) -> None:
    """Raise the sentence of `account_obstacle`."""
    if is_colleague(person):
        require(actor, COLLEAGUES)
    if obstacle := account_obstacle(actor=actor, person=person):
        raise DomainError(obstacle)


def account_obstacle(*, actor: Actor, person: User) -> str:
    """Return why `actor` may not decide about this account, as a sentence; nothing if they may.

    The action's own permission is not checked here.
    """
    if person.is_removed:
        return REMOVED
    if not isinstance(actor, User) or not is_colleague(person):
        return ""
    if not holds(actor, COLLEAGUES):
        return f"{person} is a colleague. Only people who can set roles can do this."
    return scope_obstacle(actor=actor, person=person) or power_obstacle(actor=actor, person=person)


def scope_obstacle(*, actor: Actor, person: User) -> str:
    """Return why `person` sees more than `actor`, as a sentence; nothing if they do not."""
    if is_limited(actor) and not covers(actor, person):
        return (
            f"{person} can see more than you can, or would. Limit their access to your "
            "organizations first, or ask a colleague with full access."
        )
    return ""


def power_obstacle(*, actor: User, person: User) -> str:
    """Return why `person` has more permissions than `actor`, as a sentence; nothing if they do not."""
    if actor.is_superuser or actor.pk == person.pk:
        return ""
    if person.is_superuser:
        return f"{person} is a superuser and has more permissions than you. Ask a superuser."
    more = power_of(person) - actor.get_all_permissions()
    if more:
        return (
            f"{person} has a permission that you don't have ({min(more)}). Ask a colleague "
            "who has it."
        )
    return ""


def is_colleague(person: User) -> bool:
    """Tell whether an account has permissions, now or as soon as it is reactivated."""
    return person.is_staff or person.is_superuser or bool(power_of(person))


def power_of(person: User) -> set[str]:
    """Return the permissions that a person has, or would have after reactivation.

    Django returns none for a deactivated person, but reactivating restores them all.
    """
    # Cached on the instance, as Django caches its own answer: a newly read row asks again.
    if not hasattr(person, "_power"):
        given = Permission.objects.filter(Q(group__user=person.pk) | Q(user=person.pk))
        names = given.values_list("content_type__app_label", "codename")
        person._power = {f"{app_label}.{codename}" for app_label, codename in names}  # type: ignore[attr-defined]
    found: set[str] = person._power  # type: ignore[attr-defined]
    return found


def colleagues() -> QuerySet[User]:
    """Return the accounts that have permissions."""
    roles: Any = User.groups.through
    permissions: Any = User.user_permissions.through
    # A union whose branches each use an index: there are few of them among many people.
    by_sign_in = User.objects.filter(Q(is_staff=True) | Q(is_superuser=True)).order_by()
    return User.objects.filter(
        pk__in=by_sign_in.values("pk").union(
            roles._default_manager.order_by().values("user"),
            permissions._default_manager.order_by().values("user"),
        )
    )


def accounts_beyond(actor: Actor, among: QuerySet[Any] | None = None) -> list[UUID]:
    """Return the keys of those accounts in `among` that `actor` may not decide about."""
    if not isinstance(actor, User) or (actor.is_superuser and actor.is_active):
        return []
    people = colleagues()
    if among is not None:
        people = people.filter(pk__in=among.order_by().values("pk"))
    return [each.pk for each in people if account_obstacle(actor=actor, person=each)]


def actor_lock(actor: Actor) -> Actor:
    """Lock and return the actor as they are now, for a decision that is not about one person."""
    _refuse_narrowed(actor)
    rights_lock()
    if not isinstance(actor, User):
        return actor
    return User.objects.select_for_update(no_key=True).get(pk=actor.pk)


def _refuse_narrowed(actor: Actor) -> None:
    """Refuse an actor that is less than its row (a key of the API): its row has every right of the person."""
    if isinstance(actor, User) and actor._meta.proxy:
        raise DomainError("A program can't decide about accounts.")
