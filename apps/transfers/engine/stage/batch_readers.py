"""Reads a batch of a column at once if every cell is plain.

E-mail addresses and phone numbers differ in each row, so caching them is useless. One pattern over
the batch proves that nothing needs cleaning, refusing, or a suggestion; otherwise the batch is read
cell by cell.
"""

import re
from collections.abc import Callable, Sequence

from apps.transfers.declarations import Column, FieldKind
from apps.transfers.engine.cells import SIMPLE_EMAIL

_EMAILS = re.compile(rf"(?:{SIMPLE_EMAIL}\n)*+")
# Three digits or more, and neither a point ("123.0") nor a letter ("1E+9"), which might mean a number.
_PHONES = re.compile(r"(?:\+?\(?\d[\d() -]{0,20}\d[\d() -]{0,20}\d\n)*+")
_LONGEST = 254

BatchReader = Callable[[Sequence[str]], list[str | None] | None]


def batch_reader(column: Column) -> BatchReader | None:
    """Return the batch reader for a column's kind; it returns None if a cell is not plain."""
    pattern = {FieldKind.EMAIL: _EMAILS, FieldKind.PHONE: _PHONES}.get(column.kind)
    if pattern is None:
        return None
    longest = min(column.max_length or _LONGEST, _LONGEST)

    def read(cells: Sequence[str]) -> list[str | None] | None:
        if len(max(cells, key=len)) > longest:
            return None
        text = "\n".join(cells) + "\n"
        if not (text.isascii() and pattern.fullmatch(text)):
            return None
        values: list[str | None] = [*text.lower().split("\n")]
        values.pop()
        # A line break within a cell would have shifted all following ones.
        return values if len(values) == len(cells) else None

    return read
