"""Applies an action to records that a transaction holds: the same within a request and in a job."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.bulk.actions import BulkAction, Values
from apps.bulk.engine.decision import decided
from apps.core.actors import Actor


def lock_records(action: BulkAction, keys: Sequence[UUID]) -> None:
    """Lock the records in the order of their keys, after what the action locks before them."""
    action.lock(keys)
    rows = action.records._base_manager.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk"))


def notes_of(
    records: QuerySet[Any], action: BulkAction, values: Values, actor: Actor
) -> Mapping[UUID, tuple[int, str]]:
    """Return the version and the note of each record; see `decided`."""
    found = decided(records, action, values, actor)
    return {
        key: (version, note)
        for key, version, note in found.values_list("pk", "bulk_version", "bulk_note")
    }


def write(
    action: BulkAction, keys: Sequence[UUID], values: Values, *, actor: Actor, reason: str
) -> None:
    records = action.records._base_manager.filter(pk__in=keys)
    action.apply(records, values, actor=actor, reason=reason)
