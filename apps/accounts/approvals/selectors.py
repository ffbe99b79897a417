"""Who may see requests, who could decide them, and which approval an action needs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from apps.accounts.approvable import registry
from apps.accounts.approvable.registry import Approvable, Arguments
from apps.accounts.approvable.visibility import DECIDE, decidable, within_scope
from apps.accounts.models import ApprovalRequest, User
from apps.core.actors import PermissionHolder
from apps.core.scope import sees_everything
from apps.core.wording import listed

_NAMED = 3
_LOOKED_AT = 100


def people_with(permissions: Iterable[str]) -> QuerySet[User]:
    """Return the active staff who have every one of `permissions`, by a role or directly."""
    people = User.objects.active().staff()
    for name in permissions:
        app_label, _, codename = name.partition(".")
        given = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
        people = people.filter(
            Q(is_superuser=True) | Q(groups__in=_roles_with(given)) | Q(user_permissions__in=given)
        )
    return people.distinct().order_by("first_name", "last_name", "email")


def _roles_with(given: QuerySet[Permission]) -> QuerySet[Any]:
    return Group.objects.filter(permissions__in=given)


def deciders(action: Approvable, arguments: Arguments, *, besides: Collection[UUID]) -> list[User]:
    """Return the people who could decide on an action now, by name. Two are usually found among the first."""
    excluded = {*besides, *action.beneficiaries(arguments)}
    people = people_with([DECIDE, *action.permissions_for(arguments)]).exclude(pk__in=excluded)
    return [
        user
        for user in people[:_LOOKED_AT]
        if action.may_reach(user, arguments) and not action.obstacle(user, arguments)
    ]


def deciders_of(request: ApprovalRequest) -> list[User]:
    action = registry.get(request.kind)
    besides = {
        request.requester_id,
        *([request.real_requester_id] if request.real_requester_id else []),
    }
    return deciders(action, request.arguments, besides=besides)


def names_of(people: list[User]) -> str:
    names = [str(user) for user in people[:_NAMED]]
    more = len(people) - len(names)
    return listed([*names, f"{more:,} more"] if more else names)


def approval_needed_message(people: list[User], action: Approvable) -> str:
    """Say that a second person is needed, why (if that is not obvious), and who it could be."""
    why = f": {action.why()}" if action.why() else ""
    return f"A second person must approve this{why}. {who_could(people, action)}"


def who_could(people: list[User], action: Approvable) -> str:
    """Say who could approve, or what to do if nobody can."""
    if people:
        return f"{names_of(people)} can."
    names = [f"“{name}”" for name in _permission_names([DECIDE, *action.permissions])]
    return (
        f"Nobody else can at the moment. Give a second person the permissions {listed(names)}, "
        "or have an operator run manage.py decide_request."
    )


def _permission_names(codes: Iterable[str]) -> list[str]:
    """Return the permissions as the page of a role lists them."""
    codes = list(codes)
    asked = Q()
    for code in codes:
        app_label, _, codename = code.partition(".")
        asked |= Q(content_type__app_label=app_label, codename=codename)
    named = {
        f"{permission.content_type.app_label}.{permission.codename}": permission.name
        for permission in Permission.objects.filter(asked).select_related("content_type")
    }
    return [named.get(code, code) for code in codes]


def may_decide(request: ApprovalRequest, user: PermissionHolder) -> bool:
    """Tell whether `user` could decide on a waiting request, including whether its records are in scope."""
    if not user.has_perm(DECIDE) or user.pk in {request.requester_id, request.real_requester_id}:
        return False
    action = registry.get(request.kind)
    return (
        user.pk not in request.beneficiaries
        and all(user.has_perm(name) for name in action.permissions_for(request.arguments))
        and action.may_reach(user, request.arguments)
        and not action.obstacle(user, request.arguments)
    )


def to_decide(user: PermissionHolder) -> QuerySet[ApprovalRequest]:
    """Return the requests that `user` could decide, as far as one statement can tell."""
    waiting = ApprovalRequest.objects.pending().filter(decidable(user))
    if not sees_everything(user):
        waiting = waiting.filter(pk__in=within_scope(ApprovalRequest.objects.all(), user))
    return (
        waiting.exclude(requester=user.pk)
        .exclude(real_requester=user.pk)
        .exclude(beneficiaries__contains=[user.pk])
    )


@dataclass(frozen=True)
class ApprovalAnswer:
    """Which approval an action needs: for the pages that explain why something is refused."""

    kind: str
    label: str
    # How many records or rows one person may do alone; 0 if even one is too many.
    alone_up_to: int
    people: list[User]
    sentence: str


def approvals_of(permission: str, user: PermissionHolder | None = None) -> list[ApprovalAnswer]:
    """Return the approvals that using `permission` can need, and who could give them to `user`."""
    found = []
    for action in registry.ACTIONS:
        number = action.alone_up_to()
        if permission not in action.permissions or number is None:
            continue
        people = deciders(action, {}, besides={user.pk} if user is not None else set())
        above = f" (more than {number:,})" if number else ""
        found.append(
            ApprovalAnswer(
                action.kind,
                action.label,
                number,
                people,
                f"{action.label}{above}: needs a second person's approval. "
                f"{who_could(people, action)}",
            )
        )
    return found
