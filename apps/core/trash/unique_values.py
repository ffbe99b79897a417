"""Unique values that a record outside of the trash shares with one in it.

They are found through the unique constraints that leave the trash out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat, Left, Right

from apps.core.constraints import validated_fields
from apps.core.errors import DomainError
from apps.core.model_meta import concrete_model, model_field

_SHOWN = 10
_TRIED = 20
# As many digits of a record's key tell records of one name apart.
_DIGITS = 8


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


def free_value(clash: Clash) -> str:
    """Return a value that the record in the trash could be restored under: "Harbor (2)", "harbor-2"."""
    model, field = concrete_model(clash.trashed), clash.field
    around = ("-", "") if isinstance(field, models.SlugField) else (" (", ")")
    stem = clash.value[: field.max_length - 5].rstrip()
    candidates = [f"{stem}{around[0]}{number}{around[1]}" for number in range(2, 2 + _TRIED)]
    taken: set[str] = set()
    for constraint in trash_constraints(model):
        if telling_field(model, constraint) != field:
            continue
        same = _values(clash.trashed, constraint)
        del same[field.attname]
        found = _living(model, constraint).filter(**same, **{f"{field.attname}__in": candidates})
        taken |= set(found.values_list(field.attname, flat=True))
    free = (candidate for candidate in candidates if candidate not in taken)
    return next(
        free, f"{stem[: field.max_length - _DIGITS - 3]}-{str(clash.trashed.pk)[-_DIGITS:]}"
    )


def rename_taken(trashed: models.QuerySet) -> None:
    """Give the records of `trashed` whose names are taken others, which end with digits of their keys.

    One statement per constraint. The caller holds the locks of the records.
    """
    for constraint in trash_constraints(trashed.model):
        field = telling_field(trashed.model, constraint)
        around = ("-", "") if isinstance(field, models.SlugField) else (" (", ")")
        stem = Left(F(field.name), field.max_length - _DIGITS - len("".join(around)))
        digits = Right(Cast("pk", TextField()), _DIGITS)
        name = Concat(stem, Value(around[0]), digits, Value(around[1]), output_field=TextField())
        same = {name: OuterRef(name) for name in constraint.fields}
        taken = Exists(_living(trashed.model, constraint).filter(**same))
        trashed.filter(~Q(**{field.name: ""}) & Q(taken)).update(**{field.name: name})


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
