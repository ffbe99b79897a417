"""Unique values that a record outside of the trash shares with one in it.

They are found through the unique constraints that leave the trash out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from apps.core.constraints import validated_fields
from apps.core.errors import DomainError
from apps.core.model_meta import concrete_model, model_field

_SHOWN = 10


@dataclass(frozen=True)
class Clash:
    """A record in the trash and another one that cannot both be live."""

    trashed: Any
    live: Any
    # The field that distinguishes records of this kind: "slug".
    field: Any

    @property
    def value(self) -> str:
        return str(getattr(self.trashed, self.field.attname))


def clashes_of_trashed(trashed: models.QuerySet) -> Iterator[Clash]:
    """Yield what prevents restoring the records of `trashed`; at most the first ones."""
    for constraint in trash_constraints(trashed.model):
        same = {name: OuterRef(name) for name in constraint.fields}
        taken = _living(trashed.model, constraint).filter(**same)
        for record in trashed.filter(Exists(taken))[:_SHOWN]:
            found = _living(trashed.model, constraint).filter(**_values(record, constraint)).first()
            if found is not None:
                yield Clash(record, found, telling_field(trashed.model, constraint))


def clashes_of_new_values(record: models.Model, changed: Iterable[str]) -> Iterator[Clash]:
    """Yield the records in the trash that have a value that `record` was just given.

    `changed` has the names of the changed fields.
    """
    model: Any = concrete_model(record)
    for constraint in trash_constraints(model):
        if not set(constraint.fields) & set(changed):
            continue
        if not _living(model, constraint).filter(pk=record.pk).exists():
            continue
        for trashed in model.all_objects.in_trash().filter(**_values(record, constraint))[:_SHOWN]:
            yield Clash(trashed, record, telling_field(model, constraint))


def rename_trashed(trashed: models.QuerySet, names: Mapping[str, str]) -> None:
    """Give the one record of `trashed` other names before it is restored. The caller holds its lock."""
    known = {telling_field(trashed.model, each).name for each in trash_constraints(trashed.model)}
    if unknown := set(names) - known:
        raise DomainError(f"A record is not restored under another {sorted(unknown)[0]}.")
    records = list(trashed[:2])
    if len(records) != 1:
        raise DomainError("Only one record at a time can be restored under another name.")
    (record,) = records
    for name, value in names.items():
        setattr(record, name, value.strip())
    validated_fields(record, names)
    record.save(update_fields=list(names))


def trash_constraints(model: type[models.Model]) -> Iterator[models.UniqueConstraint]:
    """Yield the unique constraints of a model that leave its trash out."""
    for constraint in concrete_model(model)._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint) or not constraint.fields:
            continue
        if "deleted_at" in _names_in(constraint.condition):
            yield constraint


def _names_in(condition: Q | None) -> set[str]:
    found: set[str] = set()
    children: list[Any] = list(condition.children) if condition else []
    for child in children:
        found |= _names_in(child) if isinstance(child, Q) else {child[0].partition("__")[0]}
    return found


def _living(model: type[models.Model], constraint: models.UniqueConstraint) -> Any:
    return concrete_model(model)._base_manager.filter(constraint.condition)


def _values(record: models.Model, constraint: models.UniqueConstraint) -> dict[str, Any]:
    fields = (model_field(record, name) for name in constraint.fields)
    return {field.attname: getattr(record, field.attname) for field in fields}


def telling_field(model: type[models.Model], constraint: models.UniqueConstraint) -> Any:
    """Return the field of the constraint that is the record's own: the name, not the organization."""
    fields: list[Any] = [model._meta.get_field(name) for name in constraint.fields]
    return next((field for field in reversed(fields) if not field.is_relation), fields[-1])
