"""Reads a whole batch of a column at once where every cell is of the plainest kind.

E-mail addresses and phone numbers are different in each row, so remembering them is of no use. One
pattern over the batch tells that there is nothing to clean, to refuse or to suggest; where it fails, for
whatever cell, the batch is read cell by cell.
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
    """Return the reader of batches for a column's kind; it returns None where a cell is not plain."""
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
        # A line break within a cell would have moved all that follow.
        return values if len(values) == len(cells) else None

    return read
