"""The personal columns of a dataset: those whose field the model's history declares as personal."""

from django.db.models import Model

from apps.core.actors import Actor, holds
from apps.core.errors import DomainError
from apps.core.personal import is_personal
from apps.transfers.declarations import Column, DatasetResource, FieldKind

VIEW_PERSONAL = "accounts.view_personal_data"
EXPORT_PERSONAL = "accounts.export_personal_data"


def personal_columns(dataset: type[DatasetResource]) -> list[str]:
    """Return the names of the columns with people's addresses or phone numbers."""
    model = dataset.model()
    return [name for name, column in dataset.columns().items() if _is_personal(model, column)]


def _is_personal(model: type[Model], column: Column) -> bool:
    if column.relation is None:
        return is_personal(model, column.attribute)
    prefix = column.attribute.rpartition("__")[0]
    return any(is_personal(model, f"{prefix}__{by}") for by in column.relation.by)


def exportable_columns(dataset: type[DatasetResource], actor: Actor) -> list[str]:
    """Return the columns that `actor` may export; the system may export all.

    Personal ones are left out and not masked: importing a mask would overwrite the value. Without
    them, a record's version is left out, too, because it is made of all values.
    """
    names = list(dataset.columns())
    if holds(actor, EXPORT_PERSONAL):
        return names
    personal = personal_columns(dataset)
    if not personal:
        return names
    return [
        name
        for name, column in dataset.columns().items()
        if name not in personal and column.kind is not FieldKind.VERSION
    ]


def chosen_columns(
    dataset: type[DatasetResource], fields: list[str] | None, actor: Actor
) -> list[str]:
    """Return the columns of an export. Raises `DomainError` for a personal column that `actor` may
    not export.
    """
    allowed = exportable_columns(dataset, actor)
    known = dataset.columns()
    for name in fields or []:
        if name in known and name not in allowed:
            raise DomainError(
                f"{known[name].label} is personal data: {EXPORT_PERSONAL} is missing."
            )
    return fields or allowed


def holds_personal(dataset: type[DatasetResource], fields: list[str]) -> bool:
    return not set(fields).isdisjoint(personal_columns(dataset))
