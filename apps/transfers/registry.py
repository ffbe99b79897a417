"""The datasets that can be imported and exported. Apps declare theirs in `resources.py`."""

from typing import Any

from django.apps import apps
from django.db import connection, models

from apps.core.errors import DomainError
from apps.core.port import Registry
from apps.transfers.checks.parts import wrong_in_parts
from apps.transfers.declarations import DatasetResource

DATASETS = Registry[type[DatasetResource]](
    "datasets", "what can be imported and exported", key=lambda resource: resource.dataset()
)


def register(resource: type[DatasetResource]) -> type[DatasetResource]:
    """Make a dataset known; a class decorator. What its columns leave open their models say.

    Wrong declarations are reported by the system check, see `checks`, and ignored here.
    """
    DATASETS.add(resource, module=resource.__module__)
    if not any(wrong_in_parts(resource)):
        _complete(resource)
    return resource


def _complete(resource: type[DatasetResource]) -> None:
    columns = resource.columns()
    for part in resource.parts():
        model = apps.get_model(part.model)
        for attname, source in part.fields.items():
            column = columns.get(source)
            if column is None or column.relation is not None:
                continue
            field: Any = model._meta.get_field(attname)
            is_text = isinstance(field, models.CharField | models.TextField)
            if column.max_length is None:
                column.max_length = field.max_length
            if isinstance(field, models.IntegerField):
                column.bounds = connection.ops.integer_field_range(field.get_internal_type())
            if isinstance(field, models.DecimalField):
                column.digits = (field.max_digits - field.decimal_places, field.decimal_places)
            # A field that cannot be empty cannot be cleared.
            column.clearable = column.clearable and (is_text or field.null)


def get(name: str) -> type[DatasetResource]:
    """Return a dataset by name. Raises DomainError for an unknown name."""
    found = DATASETS.get(name)
    if found is None:
        known = ", ".join(DATASETS.plugs()) or "none"
        raise DomainError(f"There is no dataset “{name}”. Known datasets: {known}.")
    return found


def find(name: str) -> type[DatasetResource] | None:
    """Return a dataset by name, None if it is no longer registered."""
    return DATASETS.get(name)


def all_datasets() -> list[type[DatasetResource]]:
    return list(DATASETS)
