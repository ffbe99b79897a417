"""What a person may do and by which role; who has a permission, and who can give it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission

from apps.accounts.approvals.selectors import people_with
from apps.accounts.models import User
from apps.backoffice.access.permission_words import code_of
from apps.core.actors import PermissionHolder

SUPERUSER = "being a superuser"
DIRECTLY = "a permission given to this person directly"
_NAMED = 3


def held(user: User) -> dict[str, list[str]]:
    """Return each permission that `user` has directly or by a role, with its source.

    Also for a superuser, who needs none of them.
    """
    found: dict[str, list[str]] = {}
    given = Permission.objects.filter(group__user=user).values_list(
        "content_type__app_label", "codename", "group__name"
    )
    for app_label, codename, role in given.order_by("group__name"):
        found.setdefault(f"{app_label}.{codename}", []).append(role)
    for permission in user.user_permissions.select_related("content_type"):
        found.setdefault(code_of(permission), []).append(DIRECTLY)
    return found


def sources(user: User, code: str, given: dict[str, list[str]] | None = None) -> list[str]:
    """Return the sources of a person's permission; nothing if the person lacks it."""
    if not user.is_active:
        return []
    if user.is_superuser:
        return [SUPERUSER]
    return (held(user) if given is None else given).get(code, [])


def roles_with(code: str) -> list[str]:
    app_label, _, codename = code.partition(".")
    return list(
        Group.objects.filter(
            permissions__content_type__app_label=app_label, permissions__codename=codename
        )
        .order_by("name")
        .values_list("name", flat=True)
    )


@dataclass(frozen=True)
class PermissionGivers:
    """Who can give a permission: by which roles, and which people can give those roles."""

    roles: list[str]
    people: list[User]

    @property
    def sentence(self) -> str:
        if not self.people:
            whose = f"It belongs to {_either(self.roles)}. " if self.roles else ""
            return (
                f"{whose}No one here can give it at the moment. Ask the people who run this system."
            )
        names = [str(user) for user in self.people[:_NAMED]]
        more = len(self.people) - len(names)
        who = _either([*names, f"{more:,} more"] if more else names)
        if not self.roles:
            return f"No role has it. {who} can create one that does."
        return f"{who} can give it, with the role {_either(self.roles)}."


def permission_givers(code: str, *, to: PermissionHolder | None = None) -> PermissionGivers:
    """Return who can give a permission: people who can set roles and have the permission
    themselves.

    People cannot change their own roles or give what they do not have.
    """
    roles = roles_with(code)
    asked = "accounts.set_roles" if roles else "auth.change_group"
    people = people_with([asked, code])
    if to is not None:
        people = people.exclude(pk=to.pk)
    return PermissionGivers(roles, list(people[:20]))


def holders(role_ids: Iterable[int]) -> dict[int, list[User]]:
    """Return the active people of each role, by name."""
    found: dict[int, list[User]] = {key: [] for key in role_ids}
    through: Any = User.groups.through
    rows = (
        through._default_manager.filter(group__in=list(found), user__status=User.Status.ACTIVE)
        .select_related("user")
        .order_by("user__first_name", "user__last_name", "user__email")
    )
    for row in rows:
        found[row.group_id].append(row.user)
    return found


def _either(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
