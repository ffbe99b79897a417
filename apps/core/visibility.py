"""Which records are live: neither in the trash nor part of something that is.

A record is part of the target of each of its cascading foreign keys. A membership is part of its
organization, a task of its project and so of the project's organization. The cascade is the
declaration; `AliveManager` reads it, and the system check `core.E010` in `checks/trash.py` finds
models without it.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

_ALIVE = "deleted_at__isnull"


@cache
def trash_paths(model: type[models.Model]) -> tuple[str, ...]:
    """Return the paths from `model` to each record whose trash hides it, "" for its own."""
    own = [""] if _has_trash(model) else []
    above = [
        f"{field.name}__{path}" if path else field.name
        for field in _owners(model)
        for path in trash_paths(field.related_model)
    ]
    return (*own, *above)


def is_alive(model: type[models.Model]) -> Q:
    """Return the condition for the live records of `model`.

    It is an `EXISTS` for each parent, whose plan does not depend on how many are in the trash:
    PostgreSQL looks up the few rows of a page by primary key, and hashes the parents for a long
    list. A `NOT EXISTS` over the trash is a nested loop where statistics are older than a large
    deletion. A join would also be locked and updated.
    """
    condition = Q(deleted_at__isnull=True) if _has_trash(model) else Q()
    for field in _owners(model):
        paths = trash_paths(field.related_model)
        if not paths:
            continue
        # Not the default manager: the path has all of its conditions.
        owners: Any = field.related_model._base_manager.filter(pk=OuterRef(field.attname))
        for path in paths:
            owners = owners.filter(**{f"{path}__deleted_at__isnull" if path else _ALIVE: True})
        alive = Q(Exists(owners))
        condition &= alive | Q(**{f"{field.name}__isnull": True}) if field.null else alive
    return condition


def trashed_ancestor(record: models.Model) -> models.Model | None:
    """Return the topmost parent of `record` that is in the trash; None if there is none."""
    for path in sorted(trash_paths(type(record)), key=lambda path: -path.count("__")):
        if not path:
            continue
        above: Any = record
        for name in path.split("__"):
            above = getattr(above, name, None)
        if above is not None and above.deleted_at is not None:
            found: models.Model = above
            return found
    return None


def _owners(model: type[models.Model]) -> Iterator[Any]:
    for field in model._meta.concrete_fields:
        # A tree would loop forever, but no model is its own parent.
        cascades = getattr(field.remote_field, "on_delete", None) is models.CASCADE
        if cascades and field.related_model is not model:
            yield field


def _has_trash(model: type[models.Model]) -> bool:
    # `SoftDeletableModel` decides, and it imports this module.
    return bool(getattr(model, "has_trash", False))
