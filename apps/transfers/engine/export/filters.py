"""Filters an export by values; a value that no record can have is refused, not ignored."""

from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.transfers.declarations import Column, DatasetResource, FieldKind
from apps.transfers.engine.cells import choice_reader, reader_for
from apps.transfers.engine.cells.problems import CellError
from apps.transfers.engine.cells.texts import plain_address

_READ = (
    FieldKind.DATE,
    FieldKind.INTEGER,
    FieldKind.DECIMAL,
    FieldKind.BOOLEAN,
    FieldKind.EMAIL,
    FieldKind.SLUG,
)
_TEXTS = (FieldKind.TEXT, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.SLUG)


def narrowed(
    queryset: QuerySet,
    dataset: type[DatasetResource],
    filters: dict[str, Any],
    user: PermissionHolder | None,
) -> QuerySet:
    """Return the records that match all `filters` (column → text, "" for blank).

    Raises DomainError for an unknown field, an unknown choice, a value that the column cannot have,
    and a related record that does not exist or is out of scope.
    """
    columns = dataset.columns()
    for name, value in filters.items():
        column = columns.get(name)
        if column is None or column.kind is FieldKind.VERSION:
            known = ", ".join(
                each for each in columns if columns[each].kind is not FieldKind.VERSION
            )
            raise DomainError(f"{dataset.label()} have no field “{name}”. Fields: {known}.")
        queryset = queryset.filter(_condition(column, str(value), user))
    return queryset


def _condition(column: Column, text: str, user: PermissionHolder | None) -> Q:
    if column.kind is FieldKind.CHOICE:
        return Q(**{column.attribute: _choice(column, text)})
    if column.relation is not None:
        return _related(column, text, user)
    if not text:
        blank = Q(**{f"{column.attribute}__isnull": True})
        return blank | Q(**{column.attribute: ""}) if column.kind in _TEXTS else blank
    return Q(**{column.attribute: _value(column, text)})


def _choice(column: Column, text: str) -> str:
    try:
        return choice_reader(column, {})(text)
    except CellError:
        known = ", ".join(str(value) for value, _ in column.choices)
        raise DomainError(
            f"“{text}” is not a {column.label.lower()}. Choose from {known}."
        ) from None


def _value(column: Column, text: str) -> Any:
    if column.kind not in _READ:
        return text
    try:
        value = reader_for(column, words={}, date_order="", decimal_mark="")(text)
    except CellError as error:
        raise DomainError(f"{column.label}: {error.message}") from None
    return value == "true" if column.kind is FieldKind.BOOLEAN else value


def _related(column: Column, text: str, user: PermissionHolder | None) -> Q:
    relation = column.relation
    assert relation is not None  # noqa: S101
    prefix = column.attribute.rpartition("__")[0]
    if not text:
        return Q(**{f"{prefix}__isnull": True})
    model: Any = apps.get_model(relation.model)
    text = plain_address(text) if relation.is_by_address else text
    named = Q()
    for by in relation.by:
        named |= Q(**{by: text})
    records = model._default_manager.order_by()
    if user is not None and hasattr(records, "for_staff"):
        records = records.for_staff(user)
    found = list(records.filter(named).values_list("pk", flat=True))
    if not found:
        noun = model._meta.verbose_name
        raise DomainError(f"There is no {noun} “{text}”.")
    return Q(**{f"{prefix}__in": found})
