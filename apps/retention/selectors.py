"""Which records of the trash people are told about, which are due, and when."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from apps.core.models import SoftDeletableModel
from apps.core.trash.relations import belongs_to
from apps.holds.selectors import is_held
from apps.retention.models import TrashNotice


def kept_for() -> timedelta:
    return timedelta(days=settings.TRASH_DAYS)


def told_before() -> timedelta:
    """Return how long before the deletion people are told; at most as long as records are kept."""
    return min(timedelta(days=settings.TRASH_NOTICE_DAYS), kept_for())


def roots(model: type[SoftDeletableModel]) -> QuerySet[Any]:
    """Return the records in the trash that did not go along with a parent; those go with it again."""
    found: Any = model.all_objects.in_trash().order_by()
    for name, owner in belongs_to(model):
        if issubclass(owner, SoftDeletableModel):
            found = found.exclude(**{f"{name}__trash_id": F("trash_id")})
    return found


def to_tell(model: type[SoftDeletableModel]) -> QuerySet[Any]:
    """Return the records whose deletion is near enough, and that no legal hold keeps."""
    since = timezone.now() - kept_for() + told_before()
    return roots(model).filter(deleted_at__lte=since).exclude(is_held(model))


def due(model: type[SoftDeletableModel]) -> QuerySet[Any]:
    """Return the records to delete for good: old enough, told long enough ago, and not held."""
    now = timezone.now()
    told = TrashNotice.objects.filter(
        trash_id=OuterRef("trash_id"), told_at__lte=now - told_before()
    )
    old = roots(model).filter(deleted_at__lte=now - kept_for())
    return old.filter(Exists(told)).exclude(is_held(model))


def goes_at(deleted_at: datetime, told_at: datetime | None) -> datetime | None:
    """Return when a record of the trash will be deleted for good; None if never."""
    if not settings.TRASH_DAYS:
        return None
    return max(deleted_at + kept_for(), (told_at or timezone.now()) + told_before())
