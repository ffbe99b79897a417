"""Typed access to a model's `_meta`, where Django's types are wider than what our models have."""

from typing import cast

from django.db.models import Field, Model


def concrete_model(model: Model | type[Model]) -> type[Model]:
    """Return the model that has the table: the model itself, or the one behind a proxy."""
    concrete = model._meta.concrete_model
    if concrete is None:
        raise TypeError(f"{model._meta.label} is abstract and has no table.")
    return concrete


def model_field(model: Model | type[Model], name: str) -> Field:
    """Return a field that the model itself declares; a reverse relation is an error."""
    field = model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{model._meta.label}.{name} is a relation that another model declares.")
    return field


def column_name(model: Model | type[Model], name: str) -> str:
    """Return the column that keeps a field."""
    return cast(str, model_field(model, name).column)


def related_model(relation: Field) -> type[Model]:
    """Return the model that a relation leads to, once all models are loaded."""
    return cast(type[Model], relation.related_model)


def argument_of(record: Model) -> str:
    """Return the name of the argument by which a service takes the record: that of its model."""
    return str(concrete_model(record)._meta.model_name)
