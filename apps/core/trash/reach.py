"""What an act on the trash would reach, for previews and approvals. Nothing is written here."""

from collections import Counter
from collections.abc import Iterator

from django.db import models

from apps.core.models import SoftDeletableModel
from apps.core.trash.moves import Counts
from apps.core.trash.relations import (
    belongings,
    concrete_model_of,
    plain_rows,
    soft_deletable_belongings,
    trashed_with,
)


def reach_of_trash(queryset: models.QuerySet) -> Iterator[models.QuerySet]:
    """Yield the rows of `queryset`, and then, by model, the rows that would be moved along."""
    rows = plain_rows(queryset).filter(deleted_at=None)
    yield rows
    for child, name in soft_deletable_belongings(concrete_model_of(queryset)):
        yield from reach_of_trash(child._base_manager.filter(**{f"{name}__in": rows.values("pk")}))


def reach_of_purge(queryset: models.QuerySet) -> Iterator[models.QuerySet]:
    """Yield the records of `queryset`, and then, by model, all rows that a purge would also delete."""
    rows = plain_rows(queryset)
    yield rows
    for child, name in belongings(concrete_model_of(queryset)):
        yield from reach_of_purge(child._base_manager.filter(**{f"{name}__in": rows.values("pk")}))


def count_trash(queryset: models.QuerySet) -> Counts:
    """Return what `trash` would move, for a confirmation."""
    live = plain_rows(queryset).filter(deleted_at=None)
    counts: Counts = Counter({concrete_model_of(queryset): live.count()})
    for child, name in soft_deletable_belongings(concrete_model_of(queryset)):
        counts += count_trash(child._base_manager.filter(**{f"{name}__in": live.values("pk")}))
    return counts


def count_restore(queryset: models.QuerySet) -> Counts:
    """Return what `restore` would bring back, for a confirmation."""
    trashed = plain_rows(queryset).in_trash()
    counts: Counts = Counter({concrete_model_of(queryset): trashed.count()})
    for child, name in soft_deletable_belongings(concrete_model_of(queryset)):
        counts += count_restore(trashed_with(trashed, child, name))
    return counts


def count_purge(queryset: models.QuerySet) -> Counts:
    """Return what `purge` would delete, for a confirmation."""
    purged = plain_rows(queryset)
    counts: Counts = Counter({concrete_model_of(queryset): purged.count()})
    for child, name in belongings(concrete_model_of(queryset)):
        counts += count_purge(child._base_manager.filter(**{f"{name}__in": purged.values("pk")}))
    return counts


def count_hidden(queryset: models.QuerySet) -> Counts:
    """Return the counts of what has no trash of its own and is hidden together with `queryset`."""
    live = plain_rows(queryset).filter(deleted_at=None)
    counts: Counts = Counter()
    for child, name in belongings(concrete_model_of(queryset)):
        rows = child._base_manager.filter(**{f"{name}__in": live.values("pk")})
        if issubclass(child, SoftDeletableModel):
            counts += count_hidden(rows)
        elif not child._meta.auto_created:
            counts[child] += rows.count()
    return counts


def hidden_with(trashed: models.QuerySet) -> Counts:
    """Return the counts of what has no trash of its own and was hidden when `trashed` were moved to the trash."""
    counts: Counts = Counter()
    for child, name in belongings(concrete_model_of(trashed)):
        if issubclass(child, SoftDeletableModel):
            counts += hidden_with(trashed_with(trashed, child, name))
        elif not child._meta.auto_created:
            counts[child] += child._base_manager.filter(
                **{f"{name}__in": trashed.values("pk")}
            ).count()
    return counts
