"""Records that an actor may see but not change, where permissions alone do not decide.

The app that has such a rule adds it in its `plugs.py`. Imports and list actions ask here what a
record's own page would refuse.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from apps.core.actors import Actor
from apps.core.model_meta import concrete_model
from apps.core.port import Registry


@dataclass(frozen=True)
class LockedRecords:
    """`keys` returns the keys of those records of a queryset that an actor may not change."""

    model: type[Model]
    keys: Callable[[Actor, QuerySet], Collection[Any]]


LOCKED_RECORDS = Registry[LockedRecords](
    "locked records",
    "what an actor may see and not change",
    key=lambda locked: locked.model._meta.label,
)


def locked_keys(records: QuerySet, actor: Actor) -> list[Any]:
    """Return the keys of those among `records` that `actor` may not change."""
    locked = LOCKED_RECORDS.get(concrete_model(records.model)._meta.label)
    return list(locked.keys(actor, records)) if locked else []
