"""Moves records to the trash, restores them, and deletes them for good: the same for every model.

A model with a rule of its own passes it to `records_restore`; everything else (permission, scope,
locks, a second person, the belongings) is done here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models

from apps.core.actors import Actor, acting_as, require
from apps.core.approvals import APPROVALS
from apps.core.constraints import refusals_in_words
from apps.core.errors import DomainError
from apps.core.models import SoftDeletableModel
from apps.core.trash.moves import Counts, locked, purge, restore, trash
from apps.core.trash.relations import belongs_to
from apps.core.trash.unique_values import rename_trashed


def trash_action(verb: str, model: type[models.Model]) -> str:
    """Return the name of an action on records of `model`, such as "projects.purge_project".

    It names the permission to restore and to purge, and the action that a second person approves.
    """
    opts: Any = model._meta.concrete_model._meta  # type: ignore[union-attr]
    return f"{opts.app_label}.{verb}_{opts.model_name}"


def records_trash(*, records: models.QuerySet[Any], actor: Actor, reason: str = "") -> Counts:
    """Move records to the trash, with those belongings that have a trash; return the counts."""
    require(actor, trash_action("delete", records.model))
    with acting_as(actor=actor, reason=reason):
        living = _locked(records, actor).alive()
        if not living.exists():
            raise DomainError("Everything here is already in the trash.")
        APPROVALS.get().require_for_records(
            trash_action("trash", records.model), living, actor=actor
        )
        return trash(living, by=actor if isinstance(actor, models.Model) else None)


def records_restore(
    *,
    records: models.QuerySet[Any],
    actor: Actor,
    reason: str = "",
    names: Mapping[str, str] | None = None,
    refuse: Callable[[Any, Actor], None] | None = None,
) -> Counts:
    """Restore records with exactly what was moved to the trash with each: all of them or none.

    `names` gives one record other values of its unique fields. `refuse(dead, actor)` gets the
    locked records and raises DomainError for rules that the model's constraints do not have.
    """
    model = records.model
    require(actor, trash_action("restore", model))
    with acting_as(actor=actor, reason=reason):
        dead = _locked(records, actor).in_trash()
        if names:
            require(actor, trash_action("change", model))
            rename_trashed(dead, names)
        _refuse_below_the_dead(dead)
        if refuse is not None:
            refuse(dead, actor)
        with refusals_in_words():
            counts = restore(dead)
        if not counts[dead.model]:
            raise DomainError("Nothing here is in the trash.")
        return counts


def records_purge(*, records: models.QuerySet[Any], actor: Actor, reason: str = "") -> Counts:
    """Delete records for good with all that belongs to them. They must be in the trash; their history stays."""
    require(actor, trash_action("purge", records.model))
    with acting_as(actor=actor, reason=reason):
        purged = _locked(records, actor)
        alive = purged.alive().first()
        if alive is not None:
            raise DomainError(
                f"{alive} isn't in the trash. Only records in the trash can be deleted for good."
            )
        if not purged.exists():
            raise DomainError("There is nothing here to delete for good.")
        APPROVALS.get().require_for_records(
            trash_action("purge", records.model), purged, actor=actor
        )
        with refusals_in_words():
            return purge(purged)


def record_trash(*, record: SoftDeletableModel, actor: Actor, reason: str = "") -> Counts:
    return records_trash(records=_only(record), actor=actor, reason=reason)


def record_purge(*, record: SoftDeletableModel, actor: Actor, reason: str = "") -> Counts:
    return records_purge(records=_only(record), actor=actor, reason=reason)


def _only(record: SoftDeletableModel) -> models.QuerySet[Any]:
    return type(record).all_objects.filter(pk=record.pk)


def _locked(records: Any, actor: Actor) -> Any:
    return locked(records.for_actor(actor))


def _refuse_below_the_dead(dead: models.QuerySet[Any]) -> None:
    """Refuse a record whose parent is in the trash: it would be restored, and still hidden."""
    for field, owner in belongs_to(dead.model):
        if not issubclass(owner, SoftDeletableModel):
            continue
        orphan = (
            dead.filter(**{f"{field}__deleted_at__isnull": False}).select_related(field).first()
        )
        if orphan is not None:
            raise DomainError(
                f"{getattr(orphan, field)}, which “{orphan}” belongs to, is in the trash. Restore "
                "it first."
            )
