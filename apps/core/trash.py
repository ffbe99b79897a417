"""The trash of any soft-deletable model: moving records to it, restoring, and deleting for good.

What belongs to a record (a cascading foreign key to it) goes with it. Everything is set-based: a
record with a million belongings costs a few statements. Callers check permissions and rules first,
and hold a transaction.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.models import SoftDeletableModel
from apps.core.uuid7 import uuid7

type Counts = Counter[type[models.Model]]


def locked(queryset: models.QuerySet) -> Any:
    """Lock the rows of `queryset` in the order of their keys; return a queryset of exactly these
    rows.

    What is checked on it still holds when it is written.
    """
    rows = _plain(queryset).order_by("pk").select_for_update()
    return rows.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True)))


def trash(
    queryset: models.QuerySet, *, by: PermissionHolder | None, trash_id: UUID | None = None
) -> Counts:
    """Move the rows of `queryset` and their belongings to the trash; return the counts.

    `by` is the user, or None for the system. All of it gets one `trash_id`.
    """
    trash_id = trash_id or uuid7()
    model = _concrete(queryset)
    counts: Counts = Counter()
    counts[model] = (
        _plain(queryset)
        .filter(deleted_at=None)
        .update(deleted_at=Now(), deleted_by=by, trash_id=trash_id)
    )
    for child, name in _soft_deletable_belongings(model):
        counts += trash(
            child._base_manager.filter(**{f"{name}__trash_id": trash_id}), by=by, trash_id=trash_id
        )
    return counts


def restore(queryset: models.QuerySet) -> Counts:
    """Restore the rows of `queryset`, with exactly what was moved to the trash in the same act."""
    model = _concrete(queryset)
    trashed = _plain(queryset).in_trash()
    counts: Counts = Counter()
    # Belongings first: once the record itself is restored, its `trash_id` is gone.
    for child, name in _soft_deletable_belongings(model):
        counts += restore(trashed_with(trashed, child, name))
    counts[model] = trashed.update(deleted_at=None, deleted_by=None, trash_id=None)
    return counts


def purge(queryset: models.QuerySet) -> Counts:
    """Delete the records of `queryset` and everything that belongs to them; only their history
    stays.

    Bypasses the ORM's collector, which would load every belonging into memory.
    """
    model = _concrete(queryset)
    purged = _plain(queryset)
    counts: Counts = Counter()
    for child, name in belongings(model):
        counts += purge(child._base_manager.filter(**{f"{name}__in": purged.values("pk")}))
    for child, name in _references(model, models.SET_NULL):
        child._base_manager.filter(**{f"{name}__in": purged.values("pk")}).update(**{name: None})
    for on_delete in (models.PROTECT, models.RESTRICT):
        for child, name in _references(model, on_delete):
            _refuse_while_used(model, child, name, purged)
    counts[model] = purged._raw_delete(purged.db)
    return counts


def reach_of_purge(queryset: models.QuerySet) -> Iterator[models.QuerySet]:
    """Yield the records of `queryset`, and then, by model, all rows that a purge would also delete."""
    rows = _plain(queryset)
    yield rows
    for child, name in belongings(_concrete(queryset)):
        yield from reach_of_purge(child._base_manager.filter(**{f"{name}__in": rows.values("pk")}))


def reach_of_trash(queryset: models.QuerySet) -> Iterator[models.QuerySet]:
    """Yield the rows of `queryset`, and then, by model, the rows that would be moved along."""
    rows = _plain(queryset).filter(deleted_at=None)
    yield rows
    for child, name in _soft_deletable_belongings(_concrete(queryset)):
        yield from reach_of_trash(child._base_manager.filter(**{f"{name}__in": rows.values("pk")}))


def count_trash(queryset: models.QuerySet) -> Counts:
    """Return what `trash` would move, for a confirmation."""
    live = _plain(queryset).filter(deleted_at=None)
    counts: Counts = Counter({_concrete(queryset): live.count()})
    for child, name in _soft_deletable_belongings(_concrete(queryset)):
        counts += count_trash(child._base_manager.filter(**{f"{name}__in": live.values("pk")}))
    return counts


def count_restore(queryset: models.QuerySet) -> Counts:
    """Return what `restore` would bring back, for a confirmation."""
    trashed = _plain(queryset).in_trash()
    counts: Counts = Counter({_concrete(queryset): trashed.count()})
    for child, name in _soft_deletable_belongings(_concrete(queryset)):
        counts += count_restore(trashed_with(trashed, child, name))
    return counts


def count_purge(queryset: models.QuerySet) -> Counts:
    """Return what `purge` would delete, for a confirmation."""
    purged = _plain(queryset)
    counts: Counts = Counter({_concrete(queryset): purged.count()})
    for child, name in belongings(_concrete(queryset)):
        counts += count_purge(child._base_manager.filter(**{f"{name}__in": purged.values("pk")}))
    return counts


def count_hidden(queryset: models.QuerySet) -> Counts:
    """Return the counts of what has no trash of its own and is hidden together with `queryset`."""
    live = _plain(queryset).filter(deleted_at=None)
    counts: Counts = Counter()
    for child, name in belongings(_concrete(queryset)):
        rows = child._base_manager.filter(**{f"{name}__in": live.values("pk")})
        if issubclass(child, SoftDeletableModel):
            counts += count_hidden(rows)
        elif not child._meta.auto_created:
            counts[child] += rows.count()
    return counts


def naming(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Yield each model that may refer to records of `model` in a many-to-many field, and the field."""
    for relation in model._meta.related_objects:
        if relation.many_to_many:
            yield relation.related_model, relation.field.name


def trashed_with(
    trashed: models.QuerySet, child: type[models.Model], name: str
) -> "models.QuerySet[Any]":
    """Return the rows of `child` that were moved to the trash in the same act as their parent in `dead`."""
    return child._base_manager.filter(
        **{f"{name}__in": trashed.values("pk"), "trash_id": models.F(f"{name}__trash_id")}
    )


def belongings(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Yield each model with a required relation to `model`, and that field.

    The tables of many-to-many fields count as well: a flag cannot name a deleted organization.
    """
    yield from _references(model, models.CASCADE)


def belongs_to(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """Yield each cascading foreign key of `model`, and the model that it leads to."""
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE:
            yield field.name, field.remote_field.model


def _references(
    model: type[models.Model], on_delete: Callable[..., Any]
) -> Iterator[tuple[type[models.Model], str]]:
    """Yield each foreign key to `model` of that kind, including those without a reverse attribute."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.on_delete is on_delete:
            yield relation.related_model, relation.field.name


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


def _soft_deletable_belongings(
    model: type[models.Model],
) -> Iterator[tuple[type[SoftDeletableModel], str]]:
    for child, name in belongings(model):
        if issubclass(child, SoftDeletableModel):
            yield child, name


def _plain(queryset: models.QuerySet) -> Any:
    """Return the same rows of the concrete model, without a list's ordering, joins, and annotations."""
    plain = _concrete(queryset)._base_manager.all()
    if queryset.query.is_sliced or queryset.query.distinct:
        return plain.filter(pk__in=list(queryset.values_list("pk", flat=True)))
    return plain.filter(pk__in=queryset.order_by().values("pk"))


def _concrete(queryset: models.QuerySet) -> type[models.Model]:
    """Return the concrete model of a queryset, which may be a proxy's."""
    concrete: type[models.Model] = queryset.model._meta.concrete_model
    return concrete
