"""The page of all roles: permissions by role, in words, grouped by job, with the people of each role."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from apps.accounts.models import User
from apps.accounts.people_scope import people_of
from apps.accounts.reference import EVERYTHING, shipped_roles
from apps.backoffice.access.permission_holders import holders
from apps.backoffice.access.permission_words import permission_in_words, rights
from apps.core.actors import PermissionHolder, require
from apps.core.scope import sees_everything

_NAMED = 4


@dataclass(frozen=True)
class RoleCard:
    """A role as the page shows it."""

    role: Group
    description: str
    is_shipped: bool
    people: list[User]
    number_of_people: int
    number_of_rights: int
    # What the role has in addition to the reference file, and what it lacks, in words.
    more: list[str]
    less: list[str]


@require_GET
def roles_page(request: HttpRequest) -> HttpResponse:
    require(request.user, "auth.view_group")
    roles = sorted(Group.objects.all(), key=_order)
    given = permissions_by_role(roles)
    people = _visible(holders(role.pk for role in roles), request.user)
    jobs: dict[str, list[dict[str, Any]]] = {}
    for right in rights().values():
        cells = [(role.name, right.code in given[role.pk]) for role in roles]
        jobs.setdefault(right.job, []).append({"right": right, "cells": cells})
    context = {
        **admin.site.each_context(request),
        "title": "What each role can do",
        "cards": [_card(role, given[role.pk], people[role.pk]) for role in roles],
        "jobs": jobs,
        "columns": len(roles) + 1,
        "number_of_rights": len(rights()),
        "superusers": User.objects.for_staff(request.user)
        .active()
        .filter(is_superuser=True)
        .count(),
        "sees_people": request.user.has_perm("accounts.view_user"),
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "backoffice/access/roles.html", context)


def permissions_by_role(roles: list[Group]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {role.pk: set() for role in roles}
    rows = Permission.objects.filter(group__in=roles).values_list(
        "group", "content_type__app_label", "codename"
    )
    for key, app_label, codename in rows:
        found[key].add(f"{app_label}.{codename}")
    return found


def _order(role: Group) -> tuple[int, str]:
    """Sort shipped roles as in the file, then the others by name."""
    shipped = list(shipped_roles())
    return (shipped.index(role.name) if role.name in shipped else len(shipped), role.name)


def _card(role: Group, given: set[str], people: list[User]) -> RoleCard:
    declared = shipped_roles().get(role.name)
    more, less = differences(role.name, given)
    return RoleCard(
        role=role,
        description=declared["description"] if declared else "Created here.",
        is_shipped=declared is not None,
        people=people[:_NAMED],
        number_of_people=len(people),
        number_of_rights=len(given & rights().keys()),
        more=[permission_in_words(code) for code in more],
        less=[permission_in_words(code) for code in less],
    )


def differences(name: str, given: set[str]) -> tuple[list[str], list[str]]:
    """Return what a shipped role has in addition to the reference file, and what it lacks."""
    declared = shipped_roles().get(name)
    if declared is None:
        return [], []
    if EVERYTHING in declared["permissions"]:
        return [], sorted(rights().keys() - given)
    wanted = set(declared["permissions"])
    return sorted(given - wanted), sorted(wanted - given)


def _visible(people: dict[int, list[User]], viewer: PermissionHolder) -> dict[int, list[User]]:
    if sees_everything(viewer):
        return people
    keys = {key for found in people.values() for key in (user.pk for user in found)}
    seen = set(
        User.objects.filter(pk__in=keys)
        .filter(pk__in=people_of(viewer))
        .values_list("pk", flat=True)
    )
    return {role: [user for user in found if user.pk in seen] for role, found in people.items()}
