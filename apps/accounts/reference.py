"""The shipped staff roles: groups with the permissions of `fixtures/reference/roles.json`."""

import json
from functools import cache
from pathlib import Path
from typing import TypedDict

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from apps.accounts.authority import rights_lock
from apps.core.errors import DomainError

EVERYTHING = "*"


class RoleDeclaration(TypedDict):
    description: str
    permissions: list[str]


def roles_file() -> Path:
    return Path(settings.BASE_DIR) / "fixtures" / "reference" / "roles.json"


@cache
def shipped_roles() -> dict[str, RoleDeclaration]:
    """Return the shipped roles by name, in the file's order. The file is read once per process."""
    return read_roles(roles_file())


def read_roles(path: Path) -> dict[str, RoleDeclaration]:
    try:
        roles: dict[str, RoleDeclaration] = json.loads(path.read_text(encoding="utf-8"))
        for name, role in roles.items():
            if not isinstance(role["description"], str) or not isinstance(
                role["permissions"], list
            ):
                raise TypeError(name)
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise DomainError(
            f"{path.name} cannot be read as roles with a description and permissions: {error!r}."
        ) from error
    return roles


@transaction.atomic
def load_roles(path: Path | None = None) -> str:
    """Give each shipped role exactly the permissions in the file; return what changed.

    A role that is not in the file was created by staff and is left alone. `"*"` means every
    permission.
    """
    roles = read_roles(path or roles_file())
    rights_lock()
    known = {
        f"{app_label}.{codename}": key
        for app_label, codename, key in Permission.objects.values_list(
            "content_type__app_label", "codename", "pk"
        )
    }
    changed = 0
    for name, role in roles.items():
        given = known.keys() if EVERYTHING in role["permissions"] else role["permissions"]
        unknown = [permission for permission in given if permission not in known]
        if unknown:
            raise DomainError(
                f"The role {name} in roles.json names a permission that does not exist: {unknown[0]}."
            )
        group, created = Group.objects.get_or_create(name=name)
        wanted = {known[permission] for permission in given}
        held = set(group.permissions.values_list("pk", flat=True))
        group.permissions.remove(*held - wanted)
        group.permissions.add(*wanted - held)
        changed += created or held != wanted
    return f"{len(roles)} roles, {changed} changed"
