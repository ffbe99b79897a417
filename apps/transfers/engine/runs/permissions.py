"""Who may import, export and undo: named permissions, the models' own, and the feature gate."""

from collections.abc import Iterable

from apps.accounts.actors import user_or_none
from apps.accounts.models import User
from apps.core.actors import Actor, require
from apps.core.errors import DomainError, MissingPermission
from apps.core.gates import require_open
from apps.transfers.access import UNDO, permissions_to_export, permissions_to_import
from apps.transfers.declarations import DatasetResource
from apps.transfers.gates import BULK_IMPORT
from apps.transfers.personal import chosen_columns


def check_may_import(
    actor: Actor, resource: type[DatasetResource], *, fresh: bool = False
) -> User | None:
    """Raise `MissingPermission` where `actor` may not import the dataset, and where imports are closed.

    `fresh` is for a job, which nobody sits in front of: it reads the user and the permissions again, so
    that what was taken away counts at once, and refuses with a `DomainError` that the run can keep.
    Returns the user, nothing for the system.
    """
    what = f"import {resource.dataset()}"
    user = _checked(actor, what, permissions_to_import(resource), fresh)
    require_open(BULK_IMPORT, user)
    return user


def check_may_export(
    actor: Actor,
    resource: type[DatasetResource],
    *,
    fresh: bool = False,
    fields: list[str] | None = None,
) -> None:
    """Refuse an export of the dataset, or of these fields of it, as `check_may_import` does."""
    what = f"export {resource.dataset()}"
    user = _checked(actor, what, permissions_to_export(resource), fresh)
    if fields:
        chosen_columns(resource, fields, user)


def check_may_undo(actor: Actor, *, fresh: bool = False) -> User | None:
    """Refuse an undo, as `check_may_import` does; returns what it returns."""
    return _checked(actor, "undo imports", [UNDO], fresh)


def _checked(actor: Actor, what: str, permissions: Iterable[str], fresh: bool) -> User | None:
    if not fresh:
        require(actor, *permissions)
        return user_or_none(actor)
    if not isinstance(actor, User):
        return None
    user = User.objects.get(pk=actor.pk)
    if not user.is_active:
        raise DomainError(f"{user} is deactivated and may not {what}.")
    try:
        require(user, *permissions)
    except MissingPermission as error:
        raise DomainError(f"{user} may not {what}: {error.permission} is missing.") from error
    return user
