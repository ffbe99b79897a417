"""What may be done to staff roles: created, changed, deleted.

Nobody gives a role, or takes from it, what they may not do themselves. A role that people hold gets a
permission that leads to all others (`powers`) only with a second person.
"""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from apps.accounts.approvals.guard import require_approval
from apps.accounts.authority import actor_lock, roles_lock
from apps.accounts.models import User
from apps.accounts.powers import EMPOWER_ROLE, powers
from apps.accounts.reference import shipped_roles
from apps.core.actors import Actor, acting_as, require
from apps.core.changes import UNSET, Unset
from apps.core.constraints import refusals_in_words, validated
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited

EVERYWHERE = "Roles apply in every organization."


def role_create(
    *, name: str, permissions: Iterable[Permission] = (), actor: Actor, reason: str = ""
) -> Group:
    """Create a role that gives these permissions, all of which `actor` has."""
    require(actor, "auth.add_group")
    with acting_as(actor=actor, reason=reason), refusals_in_words():
        actor = actor_lock(actor)
        require(actor, "auth.add_group")
        refuse_limited(actor, EVERYWHERE)
        wanted = list(permissions)
        _may_hand_out(wanted, actor)
        role = Group(name=name)
        validated(role)
        role.save(force_insert=True)
        role.permissions.add(*wanted)
        return role


def role_update(
    *,
    role: Group,
    name: str | Unset = UNSET,
    permissions: Iterable[Permission] | Unset = UNSET,
    actor: Actor,
    reason: str = "",
) -> Group:
    """Change a role's name, or let it give exactly these permissions; return it as it is now."""
    require(actor, "auth.change_group")
    with acting_as(actor=actor, reason=reason), refusals_in_words():
        actor, role = _decide(role, actor)
        if not isinstance(permissions, Unset):
            _set_permissions(role, set(permissions), actor)
        if not isinstance(name, Unset) and name != role.name:
            role.name = name
            validated(role)
            role.save(update_fields=["name"])
        return role


def roles_delete(*, roles: QuerySet[Group], actor: Actor, reason: str = "") -> int:
    """Delete roles with all that they gave to people; return their number."""
    require(actor, "auth.delete_group")
    with acting_as(actor=actor, reason=reason):
        actor = actor_lock(actor)
        require(actor, "auth.delete_group")
        refuse_limited(actor, EVERYWHERE)
        locked = roles_lock(roles.values_list("pk", flat=True))
        if any(role.name in shipped_roles() for role in locked.values()):
            raise DomainError("Shipped roles can't be deleted.")
        _may_hand_out(Permission.objects.filter(group__in=locked), actor)
        Group.objects.filter(pk__in=locked).delete()
        return len(locked)


def _decide(role: Group, actor: Actor) -> tuple[Actor, Group]:
    """Lock who decides and the role, in this order, and return both as they are now."""
    actor = actor_lock(actor)
    require(actor, "auth.change_group")
    refuse_limited(actor, EVERYWHERE)
    locked = roles_lock([role.pk]).get(role.pk)
    if locked is None:
        raise DomainError(f"The role {role} was deleted in the meantime.")
    if locked.name in shipped_roles():
        raise DomainError("This role is shipped with every release and can't be changed here.")
    return actor, locked


def _set_permissions(role: Group, wanted: set[Permission], actor: Actor) -> None:
    held = set(role.permissions.all())
    _may_hand_out(held ^ wanted, actor)
    _require_second_person(role, wanted - held, actor)
    role.permissions.remove(*held - wanted)
    role.permissions.add(*wanted - held)


def _require_second_person(role: Group, added: set[Permission], actor: Actor) -> None:
    leading = powers().filter(pk__in=[each.pk for each in added]).select_related("content_type")
    if leading and User.objects.filter(groups=role).exists():
        names = sorted(f"{each.content_type.app_label}.{each.codename}" for each in leading)
        require_approval(EMPOWER_ROLE, {"role": role.pk, "add": names}, actor=actor)


def _may_hand_out(permissions: Iterable[Permission], actor: Actor) -> None:
    """Refuse to give a role, or to take from it, what the actor may not do.

    Somebody who could give more than they have would give it to a role of their own.
    """
    if not isinstance(actor, User) or actor.is_superuser:
        return
    own = actor.get_all_permissions()
    keys = [permission.pk for permission in permissions]
    for permission in Permission.objects.filter(pk__in=keys).select_related("content_type"):
        if f"{permission.content_type.app_label}.{permission.codename}" not in own:
            raise DomainError(
                f"You can't give or remove “{permission.name}”, because you don't have it yourself."
            )
