"""Deciding over somebody's account: what stands against it, and the locks that the answer rests on.

Every service that leads into an account or shuts one (roles, scope, e-mail address, password link,
factors, sessions, deactivation, impersonation, names by form or import) asks `account_obstacle`.
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
# One number for the whole database; the name only has to be no other lock's.
_RIGHTS = "hashtext('accounts.rights')"
GONE = "This person no longer exists, or is outside your scope."


def rights_lock() -> None:
    """Make every other decision about rights wait until the end of this transaction.

    Who can do what lies in several tables: roles, their permissions, who holds them, who sees what. Two
    transactions that each look at one and write another would both be right alone and wrong together.
    Take it before any row, so that no two of its holders wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_RIGHTS})")


def roles_lock(keys: Iterable[int]) -> dict[int, Group]:
    """Lock roles so that they gain neither permissions nor holders, not in SQL either; return them.

    A statement that adds a row that refers to a role takes a share of its lock, and waits. Hold
    `rights_lock`.
    """
    found = Group.objects.select_for_update().filter(pk__in=list(keys)).order_by("pk")
    return {role.pk: role for role in found}


def account_lock(*, user: User, actor: Actor, in_scope: bool = True) -> tuple[User, Actor]:
    """Lock the rows of a person and of who decides, and return both as they are now.

    The caller holds a transaction. What `actor` could do when the request began may be taken away by
    now: ask for permissions of the one that is returned. Raises `DomainError` for a person out of
    scope; `in_scope` False leaves that to the caller.
    """
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
    """Lock a person's account to decide over it; see `account_lock`. Refuse where `actor` may not."""
    person, now = account_lock(user=user, actor=actor)
    require(now, *permissions)
    account_refuse(actor=now, person=person)
    return person, now


def account_refuse(*, actor: Actor, person: User) -> None:
    """Raise what `account_obstacle` says."""
    if is_colleague(person):
        require(actor, COLLEAGUES)
    if obstacle := account_obstacle(actor=actor, person=person):
        raise DomainError(obstacle)


def account_obstacle(*, actor: Actor, person: User) -> str:
    """Return why `actor` may not decide over this account, as a sentence; nothing where they may.

    The named permission of the action is not asked here.
    """
    if person.is_removed:
        return REMOVED
    if not isinstance(actor, User) or not is_colleague(person):
        return ""
    if not holds(actor, COLLEAGUES):
        return f"{person} is a colleague. Only people who can set roles can do this."
    return scope_obstacle(actor=actor, person=person) or power_obstacle(actor=actor, person=person)


def scope_obstacle(*, actor: Actor, person: User) -> str:
    """Return why `person` sees more than `actor` does, as a sentence; nothing where not."""
    if is_limited(actor) and not covers(actor, person):
        return (
            f"{person} can see more than you can, or would. Limit their access to your "
            "organizations first, or ask a colleague with full access."
        )
    return ""


def power_obstacle(*, actor: User, person: User) -> str:
    """Return why `person` has more power than `actor`, as a sentence; nothing where not."""
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
    """Tell whether an account leads to rights: now, or as soon as it is reactivated."""
    return person.is_staff or person.is_superuser or bool(power_of(person))


def power_of(person: User) -> set[str]:
    """Return the permissions that a person holds, or would hold if they were reactivated.

    Django's own answer for a deactivated person is nothing, and reactivating gives it all back.
    """
    # Kept on the instance, as Django keeps its own answer: a row that is read anew asks anew.
    if not hasattr(person, "_power"):
        given = Permission.objects.filter(Q(group__user=person.pk) | Q(user=person.pk))
        names = given.values_list("content_type__app_label", "codename")
        person._power = {f"{app_label}.{codename}" for app_label, codename in names}  # type: ignore[attr-defined]
    found: set[str] = person._power  # type: ignore[attr-defined]
    return found


def colleagues() -> QuerySet[User]:
    """Return the accounts that lead to rights."""
    roles: Any = User.groups.through
    permissions: Any = User.user_permissions.through
    # A union, each branch of which has an index: there are few of them among many people.
    by_sign_in = User.objects.filter(Q(is_staff=True) | Q(is_superuser=True)).order_by()
    return User.objects.filter(
        pk__in=by_sign_in.values("pk").union(
            roles._default_manager.order_by().values("user"),
            permissions._default_manager.order_by().values("user"),
        )
    )


def accounts_beyond(actor: Actor, among: QuerySet[Any] | None = None) -> list[UUID]:
    """Return the keys of the accounts that `actor` may not decide over, `among` these."""
    if not isinstance(actor, User) or (actor.is_superuser and actor.is_active):
        return []
    people = colleagues()
    if among is not None:
        people = people.filter(pk__in=among.order_by().values("pk"))
    return [each.pk for each in people if account_obstacle(actor=actor, person=each)]


def actor_lock(actor: Actor) -> Actor:
    """Return the actor as they are now, their row locked: for a decision over no single person."""
    rights_lock()
    if not isinstance(actor, User):
        return actor
    return User.objects.select_for_update(no_key=True).get(pk=actor.pk)
