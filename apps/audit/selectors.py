"""Reads of the history that several pages need."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from apps.audit.models import ChangeSet
from apps.audit.timeline.history_scope import history_in_scope
from apps.audit.timeline.models import history_models
from apps.core.actors import PermissionHolder


@dataclass(frozen=True)
class Count:
    """The numbers of records of one model that a change set created, changed, and deleted."""

    model: type[models.Model]
    created: int
    changed: int
    deleted: int

    @property
    def total(self) -> int:
        return self.created + self.changed + self.deleted


def change_set_counts(change_set: ChangeSet, viewer: PermissionHolder) -> list[Count]:
    """Count what a change set did to records that `viewer` sees, by model and kind, in one statement."""
    found: dict[str, dict[str, int]] = {}
    parts = [
        history_in_scope(model, viewer)
        .filter(change_set=change_set.pk)
        .order_by()
        .annotate(what=models.Value(model._meta.label, output_field=models.CharField()))
        .values("what", "history_type")
        .annotate(number=models.Count("history_id"))
        .values_list("what", "history_type", "number")
        for model in history_models()
    ]
    for what, kind, number in parts[0].union(*parts[1:], all=True):
        found.setdefault(what, {})[kind] = number
    return [
        Count(model, *(found[model._meta.label].get(kind, 0) for kind in "+~-"))
        for model in history_models()
        if model._meta.label in found
    ]


def newest_position() -> int:
    """Return the highest position so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM audit_position")
        row: Any = cursor.fetchone()
    return int(row[0])
