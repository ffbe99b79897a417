"""Turns a cell's text into a value, by the kind of its column.

Each reader gets a trimmed, non-empty text without control characters and returns the text that is
staged. It raises CellError if the text is not a valid value. Nothing is guessed: an ambiguous value
is refused with both readings.
"""

from apps.transfers.declarations import Column, FieldKind
from apps.transfers.engine.cells.choices import Reader, choice_reader, read_boolean, relation_reader
from apps.transfers.engine.cells.dates import date_reader
from apps.transfers.engine.cells.numbers import number_reader
from apps.transfers.engine.cells.texts import (
    HYPHENS,
    SIMPLE_EMAIL,
    exact_digits,
    read_email,
    read_phone,
    read_slug,
    reject_spreadsheet_error,
)

__all__ = [
    "HYPHENS",
    "SIMPLE_EMAIL",
    "Reader",
    "choice_reader",
    "date_reader",
    "number_reader",
    "read_boolean",
    "reader_for",
    "reject_spreadsheet_error",
]


def reader_for(
    column: Column, *, words: dict[str, str], date_order: str, decimal_mark: str
) -> Reader:
    """Return the function that reads one cell of a column."""
    match column.kind:
        case FieldKind.EMAIL:
            return read_email
        case FieldKind.SLUG:
            return read_slug
        case FieldKind.PHONE:
            return read_phone
        case FieldKind.CHOICE:
            return choice_reader(column, words)
        case FieldKind.DATE:
            return date_reader(date_order)
        case FieldKind.INTEGER:
            return number_reader(decimal_mark, whole=True, bounds=column.bounds)
        case FieldKind.DECIMAL:
            return number_reader(decimal_mark, whole=False, digits=column.digits)
        case FieldKind.BOOLEAN:
            return read_boolean
        case FieldKind.RELATION:
            return relation_reader(column, words)
        case _:
            return exact_digits if column.is_id else str
