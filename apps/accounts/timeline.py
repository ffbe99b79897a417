"""Declares the timelines of people and roles."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from apps.accounts.authority import account_refuse
from apps.accounts.models import ApprovalRequest, User
from apps.accounts.people_scope import people_of
from apps.audit.timeline.history_scope import timeline_scope
from apps.audit.timeline.registry import (
    timeline_includes,
    timeline_label,
    timeline_never_reverts,
    timeline_personal,
    timeline_reverts,
)
from apps.core.actors import Actor
from apps.core.constraints import validated
from apps.core.personal_patterns import masked
from apps.core.scope import unscoped

UserRole: Any = User.groups.through
UserPermission: Any = User.user_permissions.through
RolePermission: Any = Group.permissions.through


def _name(row: User) -> str:
    return f"{row.first_name} {row.last_name}".strip() or masked(row.email)


def _person_revert(*, user: User, actor: Actor, reason: str, **values: str) -> None:
    account_refuse(actor=actor, person=user)
    for name, value in values.items():
        setattr(user, name, value)
    validated(user)
    user.save(update_fields=list(values))


timeline_label(User, _name)
timeline_label(ApprovalRequest, "{sentence}")
timeline_label(Group, "{name}")
timeline_label(Permission, "{name}")
timeline_label(
    UserRole,
    "{user}",
    created="gave the role {group}",
    deleted="removed the role {group}",
    page="user",
)
timeline_label(
    UserPermission,
    "{user}",
    created="gave the permission “{permission}”",
    deleted="removed the permission “{permission}”",
    page="user",
)
timeline_label(
    RolePermission,
    "{group}",
    created="gave the permission “{permission}”",
    deleted="removed the permission “{permission}”",
    page="group",
)
timeline_includes(
    User,
    UserRole,
    by="user",
    subject="the role {group}",
    created="gave the role {group}",
    deleted="removed the role {group}",
)
timeline_includes(
    User,
    UserPermission,
    by="user",
    subject="the permission “{permission}”",
    created="gave the permission “{permission}”",
    deleted="removed the permission “{permission}”",
)
timeline_includes(
    Group,
    UserRole,
    by="group",
    subject="{user}",
    created="gave it to {user}",
    deleted="removed it from {user}",
)
timeline_includes(
    Group,
    RolePermission,
    by="group",
    subject="the permission “{permission}”",
    created="gave the permission “{permission}”",
    deleted="removed the permission “{permission}”",
)
timeline_scope(UserRole, user=people_of)
timeline_scope(UserPermission, user=people_of)
unscoped(Group, RolePermission, because="what a role may do; its people are counted in scope")
unscoped(Permission, ContentType, because="the names of what can be permitted")
timeline_personal(User, permission="accounts.view_personal_data")
# Sign-in and permissions are changed by services of their own, never by a revert: nobody vouches
# for an earlier address, or that it was verified.
timeline_reverts(User, "first_name", "last_name", "phone", by=_person_revert)
timeline_never_reverts(ApprovalRequest, because="a decision stands")
timeline_never_reverts(Group, because="a role changes with a second factor and a second person")
