"""The datasets that can be imported and exported. Domains register theirs in `AppConfig.ready`."""

from typing import Any

from django.apps import apps
from django.db import connection, models

from apps.core.errors import DomainError
from apps.transfers.checks.parts import wrong_in_parts
from apps.transfers.declarations import DatasetResource

_declared: list[type[DatasetResource]] = []
_datasets: dict[str, type[DatasetResource]] = {}


def register(resource: type[DatasetResource]) -> type[DatasetResource]:
    """Make a dataset known; also a class decorator. What its columns leave open their models say.

    What is declared wrongly is told by the system check, see `checks`; here it is passed over.
    """
    _declared.append(resource)
    _datasets[resource.dataset()] = resource
    if not any(wrong_in_parts(resource)):
        _complete(resource)
    return resource


def declared() -> list[type[DatasetResource]]:
    """Return every class that was registered, also where two have one name."""
    return list(_declared)


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
            # What cannot be empty cannot be cleared either.
            column.clearable = column.clearable and (is_text or field.null)


def get(name: str) -> type[DatasetResource]:
    """Return a dataset by name; raises DomainError for a name that nobody registered."""
    try:
        return _datasets[name]
    except KeyError:
        known = ", ".join(_datasets) or "none"
        raise DomainError(f"There is no dataset “{name}”. Known datasets: {known}.") from None


def find(name: str) -> type[DatasetResource] | None:
    """Return a dataset by name, None where nobody registers it any more."""
    return _datasets.get(name)


def all_datasets() -> list[type[DatasetResource]]:
    return list(_datasets.values())
