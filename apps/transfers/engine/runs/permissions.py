"""Who may import, export and undo: named permissions, the models' own, and the feature gate."""

from collections.abc import Collection, Iterable

from apps.accounts.actors import user_or_none
from apps.accounts.impersonation.rules import stand_in_obstacle
from apps.accounts.models import User
from apps.core.actors import Actor, require
from apps.core.errors import DomainError, MissingPermission
from apps.core.gates import require_open
from apps.transfers import registry
from apps.transfers.access import (
    permissions_to_export,
    permissions_to_import,
    permissions_to_undo,
)
from apps.transfers.declarations import DatasetResource
from apps.transfers.gates import BULK_IMPORT, CREATE_MISSING
from apps.transfers.models import ImportRun
from apps.transfers.personal import chosen_columns


def check_may_import(
    actor: Actor,
    resource: type[DatasetResource],
    *,
    create_missing: Collection[str] = (),
    fresh: bool = False,
) -> User | None:
    """Raise `MissingPermission` where `actor` may not import the dataset, and where imports are closed.

    `fresh` is for a job, which nobody sits in front of: it reads the user and the permissions again, so
    that what was taken away counts at once, and refuses with a `DomainError` that the run can keep.
    `create_missing` are the relation columns whose missing records are created, which has a gate of its
    own. Returns the user, nothing for the system.
    """
    what = f"import {resource.dataset()}"
    user = _checked(actor, what, permissions_to_import(resource, create_missing), fresh)
    require_open(BULK_IMPORT, user)
    if create_missing:
        require_open(CREATE_MISSING, user)
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


def check_may_undo(actor: Actor, run: ImportRun, *, fresh: bool = False) -> User | None:
    """Refuse the undo of a run, as `check_may_import` does; returns what it returns."""
    resource = registry.get(run.dataset)
    created = run.matching.get("create_missing", ())
    what = f"undo imports of {resource.dataset()}"
    return _checked(actor, what, permissions_to_undo(resource, created), fresh)


def check_may_act_for(impersonator: User | None, target: User | None) -> None:
    """Refuse a job that `impersonator` confirmed while acting as `target` and could no longer confirm."""
    if target is not None and (obstacle := stand_in_obstacle(target, impersonator)):
        raise DomainError(obstacle)


def _checked(actor: Actor, what: str, permissions: Iterable[str], fresh: bool) -> User | None:
    if not fresh:
        require(actor, *permissions)
        return user_or_none(actor)
    if not isinstance(actor, User):
        return None
    user = User.objects.get(pk=actor.pk)
    if not user.is_active:
        raise DomainError(f"{user} is deactivated and can't {what}.")
    try:
        require(user, *permissions)
    except MissingPermission as error:
        raise DomainError(
            f"{user} can't {what}, because the permission {error.permission} is missing."
        ) from error
    return user
