"""The order of a list as keys: what to sort by, in which direction, and where rows without a value stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Field, Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import Combinable, OrderBy

from apps.core.personal import is_personal


@dataclass(frozen=True)
class Key:
    """One expression of an order."""

    expression: Combinable
    descending: bool
    # Where rows without a value stand: PostgreSQL puts them last, and first in a descending order.
    nulls_first: bool
    nullable: bool
    # None for an expression that is no field.
    field: Any = None
    # The path of the field, as an order names it.
    name: str = ""
    is_personal: bool = False

    @property
    def reversed(self) -> "Key":
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    @property
    def order_by(self) -> OrderBy:
        usual = self.nulls_first == self.descending
        given = {} if usual else {"nulls_first" if self.nulls_first else "nulls_last": True}
        return OrderBy(self.expression, descending=self.descending, **given)  # type: ignore[arg-type]


def keys_of(queryset: QuerySet[Any], ordering: Iterable[Any]) -> list[Key]:
    """Return the keys of an order that ends with a unique one, up to the first unique one."""
    keys: list[Key] = []
    for key in _all_keys(queryset, ordering):
        keys.append(key)
        if key.field is not None and LOOKUP_SEP not in key.name and _is_unique(key.field):
            break
    return keys


def _is_unique(field: Field) -> bool:
    return bool(field.unique and not field.null)


def _all_keys(queryset: QuerySet[Any], ordering: Iterable[Any]) -> Iterator[Key]:
    for item in ordering:
        if isinstance(item, OrderBy):
            yield _of_expression(queryset, item)
        elif isinstance(item, str):
            yield from _of_name(queryset, item.lstrip("-+"), descending=item.startswith("-"))
        else:
            yield _of_expression(queryset, item.asc())


def _of_expression(queryset: QuerySet[Any], item: OrderBy) -> Key:
    first = bool(item.nulls_first) if item.nulls_first or item.nulls_last else item.descending
    expression: Any = item.expression
    if isinstance(expression, F):
        name: str = expression.name  # type: ignore[attr-defined]
        (found,) = _of_name(queryset, name, descending=item.descending)
        return replace(found, nulls_first=first)
    return Key(expression, item.descending, first, nullable=True)


def _of_name(queryset: QuerySet[Any], name: str, *, descending: bool) -> Iterator[Key]:
    model: type[Model] = queryset.model
    if name == "pk":
        name = model._meta.pk.name
    if name in queryset.query.annotations:
        yield Key(F(name), descending, descending, nullable=True, name=name)
        return
    fields = list(_path(model, name))
    last = fields[-1]
    if last.is_relation and name.rpartition(LOOKUP_SEP)[2] != last.attname:
        # Django orders by a relation as the related model is ordered.
        related = last.related_model
        for inner in related._meta.ordering or [related._meta.pk.name]:
            below = str(inner)
            turned = descending != below.startswith("-")
            yield from _of_name(
                queryset, f"{name}{LOOKUP_SEP}{below.lstrip('-')}", descending=turned
            )
        return
    nullable = any(field.null for field in fields)
    personal = is_personal(model, name)
    yield Key(F(name), descending, descending, nullable, last, name, personal)


def _path(model: type[Model], name: str) -> Iterator[Any]:
    for part in name.split(LOOKUP_SEP):
        options: Any = model._meta
        try:
            field = options.pk if part == "pk" else options.get_field(part)
        except FieldDoesNotExist:
            # A relation's column: "organization_id".
            field = next(each for each in options.concrete_fields if each.attname == part)
        yield field
        if field.is_relation:
            model = field.related_model
