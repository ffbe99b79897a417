"""Moves records to the trash, restores them, and deletes them for good.

What belongs to a record (a cascading foreign key to it) goes with it. Everything is set-based: a
record with a million belongings costs a few statements. Callers check permissions and rules first,
and hold a transaction.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.port import Registry
from apps.core.trash.relations import (
    belongings,
    concrete_model_of,
    plain_rows,
    references_to,
    soft_deletable_belongings,
    trashed_with,
)
from apps.core.uuid7 import uuid7

type Counts = Counter[type[models.Model]]


@dataclass(frozen=True)
class AfterPurge:
    """What follows a deletion for good, in its transaction."""

    name: str
    # Gets the model, the key of one of the deleted records, and how many of each kind were deleted.
    act: Callable[[type[models.Model], Any, Counts], object]


AFTER_PURGE = Registry[AfterPurge](
    "after a purge", "what follows when records are deleted for good", key=attrgetter("name")
)


def locked(queryset: models.QuerySet) -> Any:
    """Lock the rows of `queryset` in the order of their keys; return a queryset of exactly these
    rows.

    What is checked on it still holds when it is written.
    """
    rows = plain_rows(queryset).order_by("pk").select_for_update()
    return rows.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True)))


def trash(
    queryset: models.QuerySet, *, by: PermissionHolder | None, trash_id: UUID | None = None
) -> Counts:
    """Move the rows of `queryset` and their belongings to the trash; return the counts.

    `by` is the user, or None for the system. All of it gets one `trash_id`.
    """
    trash_id = trash_id or uuid7()
    model = concrete_model_of(queryset)
    counts: Counts = Counter()
    counts[model] = (
        plain_rows(queryset)
        .filter(deleted_at=None)
        .update(deleted_at=Now(), deleted_by=by, trash_id=trash_id)
    )
    for child, name in soft_deletable_belongings(model):
        counts += trash(
            child._base_manager.filter(**{f"{name}__trash_id": trash_id}), by=by, trash_id=trash_id
        )
    return counts


def restore(queryset: models.QuerySet) -> Counts:
    """Restore the rows of `queryset`, with exactly what was moved to the trash in the same act."""
    model = concrete_model_of(queryset)
    trashed = plain_rows(queryset).in_trash()
    counts: Counts = Counter()
    # Belongings first: once the record itself is restored, its `trash_id` is gone.
    for child, name in soft_deletable_belongings(model):
        counts += restore(trashed_with(trashed, child, name))
    counts[model] = trashed.update(deleted_at=None, deleted_by=None, trash_id=None)
    return counts


def purge(queryset: models.QuerySet) -> Counts:
    """Delete the records of `queryset` and everything that belongs to them; only their history
    stays, without personal data.

    Bypasses the ORM's collector, which would load every belonging into memory.
    """
    model = concrete_model_of(queryset)
    one = plain_rows(queryset).order_by().values_list("pk", flat=True).first()
    if one is None:
        return Counter()
    counts = _delete(queryset)
    for each in AFTER_PURGE:
        each.act(model, one, counts)
    return counts


def _delete(queryset: models.QuerySet) -> Counts:
    model = concrete_model_of(queryset)
    purged = plain_rows(queryset)
    counts: Counts = Counter()
    for child, name in belongings(model):
        counts += _delete(child._base_manager.filter(**{f"{name}__in": purged.values("pk")}))
    for child, name in references_to(model, models.SET_NULL):
        child._base_manager.filter(**{f"{name}__in": purged.values("pk")}).update(**{name: None})
    for on_delete in (models.PROTECT, models.RESTRICT):
        for child, name in references_to(model, on_delete):
            _refuse_while_used(model, child, name, purged)
    counts[model] = purged._raw_delete(purged.db)
    return counts


def _refuse_while_used(
    model: type[models.Model], child: type[models.Model], name: str, purged: models.QuerySet
) -> None:
    count = child._base_manager.filter(**{f"{name}__in": purged.values("pk")}).count()
    if count:
        words = child._meta.verbose_name if count == 1 else child._meta.verbose_name_plural
        raise DomainError(
            f"{count:,} {words} still refer to what would be deleted. Change them first to "
            f"another {model._meta.verbose_name}."
        )
