"""What belongs to a record, and what refers to it: read from the foreign keys of the models."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import models

from apps.core.models import SoftDeletableModel


def belongings(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Yield each model with a required relation to `model`, and that field.

    The tables of many-to-many fields count as well: a flag cannot name a deleted organization.
    """
    yield from references_to(model, models.CASCADE)


def soft_deletable_belongings(
    model: type[models.Model],
) -> Iterator[tuple[type[SoftDeletableModel], str]]:
    for child, name in belongings(model):
        if issubclass(child, SoftDeletableModel):
            yield child, name


def belongs_to(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """Yield each cascading foreign key of `model`, and the model that it leads to."""
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE:
            yield field.name, field.remote_field.model


def many_to_many_relations(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Yield each model that may refer to records of `model` in a many-to-many field, and the field."""
    for relation in model._meta.related_objects:
        if relation.many_to_many:
            yield relation.related_model, relation.field.name


def references_to(
    model: type[models.Model], on_delete: Callable[..., Any]
) -> Iterator[tuple[type[models.Model], str]]:
    """Yield each foreign key to `model` of that kind, including those without a reverse attribute."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.on_delete is on_delete:
            yield relation.related_model, relation.field.name


def trashed_with(
    trashed: models.QuerySet, child: type[models.Model], name: str
) -> "models.QuerySet[Any]":
    """Return the rows of `child` that were moved to the trash in the same act as their parent in `trashed`."""
    return child._base_manager.filter(
        **{f"{name}__in": trashed.values("pk"), "trash_id": models.F(f"{name}__trash_id")}
    )


def plain_rows(queryset: models.QuerySet) -> Any:
    """Return the same rows of the concrete model, without a list's ordering, joins, and annotations."""
    plain = concrete_model_of(queryset)._base_manager.all()
    if queryset.query.is_sliced or queryset.query.distinct:
        return plain.filter(pk__in=list(queryset.values_list("pk", flat=True)))
    return plain.filter(pk__in=queryset.order_by().values("pk"))


def concrete_model_of(queryset: models.QuerySet) -> type[models.Model]:
    """Return the concrete model of a queryset, which may be a proxy's."""
    concrete: type[models.Model] = queryset.model._meta.concrete_model
    return concrete
