"""Who may import: the named permission, the models' own, and the flag's gate."""

from typing import Any

from apps.core import gates
from apps.core.errors import DomainError
from apps.transfers.access import permissions_to_export, permissions_to_import
from apps.transfers.declarations import DatasetResource
from apps.transfers.gates import BULK_IMPORT
from apps.transfers.personal import chosen_columns


def needed_permissions(resource: type[DatasetResource]) -> list[str]:
    """Return import_data and the right to add and change each model that a row writes."""
    return permissions_to_import(resource)


def check_may_import(user: Any, resource: type[DatasetResource], *, fresh: bool = False) -> Any:
    """Raise DomainError when `user` may not import the dataset; None is a command, which may.

    `fresh` reads the user and the permissions anew, so that what was taken away counts at once.
    Returns the user as read from the database.
    """
    if user is None:
        gates.require_open(BULK_IMPORT)
        return None
    if fresh:
        user = type(user)._default_manager.get(pk=user.pk)
    if not user.is_active:
        raise DomainError(f"{user} is deactivated and may not import.")
    missing = [name for name in needed_permissions(resource) if not user.has_perm(name)]
    if missing:
        raise DomainError(
            f"{user} may not import {resource.dataset()}: {', '.join(missing)} is missing."
        )
    gates.require_open(BULK_IMPORT, user)
    return user


def check_may_export(
    user: Any,
    resource: type[DatasetResource],
    *,
    fresh: bool = False,
    fields: list[str] | None = None,
) -> None:
    """Raise DomainError when `user` may not export the dataset, or these fields of it.

    None is a command, which may.
    """
    if user is None:
        return
    if fresh:
        user = type(user)._default_manager.get(pk=user.pk)
    missing = [name for name in permissions_to_export(resource) if not user.has_perm(name)]
    if missing or not user.is_active:
        raise DomainError(
            f"{user} may not export {resource.dataset()}: {', '.join(missing)} is missing."
        )
    if fields:
        chosen_columns(resource, fields, user)


def check_may_undo(user: Any, *, fresh: bool = False) -> Any:
    """Raise DomainError when `user` may not undo imports; None is a command, which may.

    Returns the user as read from the database.
    """
    if user is None:
        return None
    if fresh:
        user = type(user)._default_manager.get(pk=user.pk)
    if not user.is_active or not user.has_perm("transfers.undo_import"):
        raise DomainError(f"{user} may not undo imports: transfers.undo_import is missing.")
    return user
