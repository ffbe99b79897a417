"""Powerful roles: giving one to a person, and making a role powerful."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.urls import reverse

from apps.accounts.approvable.preview import ActionPreview, Line
from apps.accounts.approvable.registry import Approvable, Arguments
from apps.accounts.approval_kinds.person import OnPerson, line_about, person_of
from apps.accounts.models import User
from apps.accounts.powers import EMPOWER_ROLE, GIVE_ROLES, powerful
from apps.accounts.role_services import role_update
from apps.accounts.services import user_set_roles
from apps.core.actors import PermissionHolder
from apps.core.wording import listed


class GiveRoles(OnPerson):
    """`{"user": id, "roles": [ids]}`: exactly these roles, one of which is powerful."""

    kind = GIVE_ROLES
    label = "Give a role that can give roles or approve requests"
    word = "roles"
    permissions = ("accounts.set_roles",)

    def will_need_approval(self, records: QuerySet, count: int) -> bool:
        return False  # It depends on the roles that are chosen.

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        through: Any = User.groups.through
        gives: Any = Group.permissions.through
        return [
            *super().affected_records(arguments),
            ("Roles", Group.objects.filter(pk__in=arguments["roles"])),
            ("Current roles", through._default_manager.filter(user=arguments["user"])),
            (
                "Permissions of the roles",
                gives._default_manager.filter(group__in=arguments["roles"]),
            ),
        ]

    def preview(self, arguments: Arguments) -> ActionPreview:
        user = person_of(arguments)
        held = sorted(user.groups.values_list("name", flat=True))
        roles = list(Group.objects.filter(pk__in=arguments["roles"]).order_by("name"))
        wanted = [role.name for role in roles]
        given = [name for name in wanted if name not in held]
        taken = [name for name in held if name not in wanted]
        parts = [f"give {user} the role {listed(given)}"] if given else []
        parts += [f"take {listed(taken)}"] if taken else []
        sentence = " and ".join(parts)
        return ActionPreview(
            sentence=sentence[:1].upper() + sentence[1:],
            lines=[line_about(user, ["roles", listed(held) or "none", listed(wanted) or "none"])],
            total=1,
            consequences=[
                f"{listed([role.name for role in powerful(roles)])} can give roles or "
                "approve requests, which leads to every other permission."
            ],
            parts=self.parts(arguments),
        )

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        user = person_of(arguments)
        roles = list(Group.objects.filter(pk__in=arguments["roles"]))
        given, taken = user_set_roles(user=user, roles=roles, actor=actor, reason=reason)
        message = [*(f"given: {name}" for name in given), *(f"taken: {name}" for name in taken)]
        return f"{user}: {', '.join(message)}." if message else f"{user} already has these roles."


class EmpowerRole(Approvable):
    """`{"role": id, "add": ["app.codename"]}`: a role with people gets a powerful permission."""

    kind = EMPOWER_ROLE
    label = "Let a role give roles or approve requests"
    word = "roles"
    permissions = ("auth.change_group",)

    def will_need_approval(self, records: QuerySet, count: int) -> bool:
        return False

    def permissions_for(self, arguments: Arguments) -> Iterable[str]:
        # People can neither give a role permissions that they lack, nor approve that.
        return (*self.permissions, *arguments.get("add", ()))

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        through: Any = User.groups.through
        gives: Any = Group.permissions.through
        return [
            ("The role", Group.objects.filter(pk=arguments["role"])),
            ("Its permissions", gives._default_manager.filter(group=arguments["role"])),
            ("Its people", through._default_manager.filter(group=arguments["role"])),
        ]

    def beneficiaries(self, arguments: Arguments) -> list[UUID]:
        if "role" not in arguments:
            return []
        people = User.objects.filter(groups=arguments["role"])
        return list(people.values_list("pk", flat=True))

    def preview(self, arguments: Arguments) -> ActionPreview:
        role = Group.objects.get(pk=arguments["role"])
        names = sorted(_named(arguments["add"]).values_list("name", flat=True))
        held = role.user_set.count()
        return ActionPreview(
            sentence=f"Give the role {role} the permission “{listed(names)}”",
            lines=[
                Line(
                    str(role),
                    reverse("admin:auth_group_change", args=[role.pk]),
                    [["permission", "no", name] for name in names],
                )
            ],
            total=1,
            consequences=[f"{held:,} {'person has' if held == 1 else 'people have'} this role."],
            parts=self.parts(arguments),
        )

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        role = Group.objects.get(pk=arguments["role"])
        added = _named(arguments["add"])
        permissions = role.permissions.all().union(added)
        role_update(role=role, permissions=permissions, actor=actor, reason=reason)
        return f"{role}: {listed(sorted(added.values_list('name', flat=True)))} added."


def _named(names: list[str]) -> QuerySet[Permission]:
    condition = Q(pk__in=[])
    for name in names:
        app_label, _, codename = name.partition(".")
        condition |= Q(content_type__app_label=app_label, codename=codename)
    return Permission.objects.filter(condition)
