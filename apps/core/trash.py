"""The trash of any soft-deletable model: in, out again, and gone for good.

What belongs to a record (a cascading foreign key to it) goes with it. Everything is set-based: a
record with a million belongings costs a few statements. Callers check permissions and rules first
and hold a transaction; the words of the domain are theirs.
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
    """Lock the rows of `queryset` in the order of their keys; return a queryset of just these.

    What is checked on it then still holds when it is written.
    """
    rows = _plain(queryset).order_by("pk").select_for_update()
    return rows.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True)))


def trash(
    queryset: models.QuerySet, *, by: PermissionHolder | None, trash_id: UUID | None = None
) -> Counts:
    """Move the living of `queryset` to the trash with their living belongings; count what went.

    `by` is the user who does it, or None for the system. All of it carries one `trash_id`.
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
    """Bring the dead of `queryset` back, with exactly what went to the trash in the same act."""
    model = _concrete(queryset)
    trashed = _plain(queryset).in_trash()
    counts: Counts = Counter()
    # Belongings first: once the record itself is back, the act that trashed it is forgotten.
    for child, name in _soft_deletable_belongings(model):
        counts += restore(trashed_with(trashed, child, name))
    counts[model] = trashed.update(deleted_at=None, deleted_by=None, trash_id=None)
    return counts


def purge(queryset: models.QuerySet) -> Counts:
    """Delete the records of `queryset` and all that belongs to them; only their history stays.

    Deletes below the ORM's collector, which would load every belonging into memory.
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
    """Yield the records of `queryset` and, by model, all rows that a purge would take with them."""
    rows = _plain(queryset)
    yield rows
    for child, name in belongings(_concrete(queryset)):
        yield from reach_of_purge(child._base_manager.filter(**{f"{name}__in": rows.values("pk")}))


def reach_of_trash(queryset: models.QuerySet) -> Iterator[models.QuerySet]:
    """Yield the living of `queryset` and, by model, the living rows that would go along."""
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
    """Return what does not go to the trash with the living of `queryset` and is hidden with them."""
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
    """Yield each model whose records may name records of `model` among others, and its field."""
    for relation in model._meta.related_objects:
        if relation.many_to_many:
            yield relation.related_model, relation.field.name


def trashed_with(
    trashed: models.QuerySet, child: type[models.Model], name: str
) -> "models.QuerySet[Any]":
    """Return the rows of `child` that went to the trash in the same act as their record in `dead`."""
    return child._base_manager.filter(
        **{f"{name}__in": trashed.values("pk"), "trash_id": models.F(f"{name}__trash_id")}
    )


def belongings(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Yield each model whose records cannot be without one of `model`, and its field for it.

    The tables of many-to-many fields count as well: a flag cannot name an organization that is gone.
    """
    yield from _references(model, models.CASCADE)


def belongs_to(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """Yield each foreign key of `model` to what it cannot be without, and the model it leads to."""
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE:
            yield field.name, field.remote_field.model


def _references(
    model: type[models.Model], on_delete: Callable[..., Any]
) -> Iterator[tuple[type[models.Model], str]]:
    """Yield each foreign key to `model` of that kind, also those that no attribute leads back from."""
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
    """Return the same rows without the ordering, joins and annotations of a list, and no proxy's."""
    plain = _concrete(queryset)._base_manager.all()
    if queryset.query.is_sliced or queryset.query.distinct:
        return plain.filter(pk__in=list(queryset.values_list("pk", flat=True)))
    return plain.filter(pk__in=queryset.order_by().values("pk"))


def _concrete(queryset: models.QuerySet) -> type[models.Model]:
    """Return the model that has the table, where the queryset may be a proxy's."""
    concrete: type[models.Model] = queryset.model._meta.concrete_model
    return concrete
