"""Turns columns of cells into columns of values, batch by batch."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from apps.core.cells import NUMBER_LIKE, restored
from apps.transfers.declarations import Blank, Column, FieldKind
from apps.transfers.engine.cells import Reader, reader_for, reject_spreadsheet_error
from apps.transfers.engine.cells.problems import CellError, Problem
from apps.transfers.engine.stage.batch_readers import batch_reader
from apps.transfers.options import Matching
from apps.transfers.word_keys import fold_word

# Removed everywhere: zero-width space, byte-order mark, word joiner, soft hyphen.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\ufeff\u2060\u00ad"), None)
# Direction marks in copied cells: never part of an address, a number, or an ID. Names keep them.
_DIRECTION = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNDIRECTED = dict.fromkeys(map(ord, _DIRECTION), None)
_LOOKED_UP = (
    FieldKind.EMAIL,
    FieldKind.PHONE,
    FieldKind.SLUG,
    FieldKind.RELATION,
    FieldKind.CHOICE,
    FieldKind.DATE,
)
# None of these values starts with an apostrophe: it is a spreadsheet's mark of a text.
_NEVER_QUOTED = (
    FieldKind.EMAIL,
    FieldKind.PHONE,
    FieldKind.DATE,
    FieldKind.CHOICE,
    FieldKind.INTEGER,
    FieldKind.DECIMAL,
    FieldKind.BOOLEAN,
)
# Spaces of all widths become plain ones.
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"), " ")  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
_LINES = re.compile(r"[ \t]*[\r\n\t]+[ \t]*")
_REMEMBERED = 20_000
# How exports for spreadsheets preserve the zeros of a text: ="0042".
_KEPT_TEXT = re.compile(r'\s*="((?:[^"]|"")*)"\s*')
# A spreadsheet's mark of a text before digits: '0077.
_TEXT_MARK = re.compile(rf"'{NUMBER_LIKE}")


class _Remembered(dict[str, Any]):
    """A cache of cell → value, None, or Problem. Reads unknown cells."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read

    def __missing__(self, cell: str) -> Any:
        value = self[cell] = self._read(cell)
        return value


class ColumnReader:
    """Reads the cells of one column, and caches each distinct text."""

    def __init__(
        self, column: Column, matching: Matching, opens_quote: Callable[[str], bool] | None = None
    ) -> None:
        self.column = column
        # Detects a cell that contains the end of its line and the beginning of the next.
        self._opens_quote = opens_quote if not column.multiline else None
        self.name = column.name
        self._is_looked_up = column.is_id or column.kind in _LOOKED_UP
        self.blank = Blank(matching.blanks.get(self.name, column.blank))
        self.empty_words = {
            fold_word(w) or w.strip() for w in matching.empty_words.get(self.name, [])
        }
        self._read: Reader = reader_for(
            column,
            words=matching.values.get(self.name, {}),
            date_order=matching.date_orders.get(self.name, ""),
            decimal_mark=matching.decimal_mark,
        )
        self._batch_reader = None if self.empty_words else batch_reader(column)
        self._known = _Remembered(self._value)
        self._has_problems = False

    def read(self, cells: Sequence[str], problems: list[list[Problem] | None]) -> list[str | None]:
        """Return the values; None is "nothing given", "" is "clear it". Problems go into their row's list.

        Texts are remembered up to a bound: rosters repeat roles, organizations and family names.
        """
        if self._batch_reader is not None:
            quick = self._batch_reader(cells)
            if quick is not None:
                return quick
        known = self._known
        if len(known) > _REMEMBERED:
            known.clear()
        values: list[Any] = [known[cell] for cell in cells]
        if self._has_problems:
            for index, value in enumerate(values):
                if value.__class__ is Problem:
                    problems[index] = [*(problems[index] or []), value]
                    values[index] = None
        return values

    def _value(self, cell: str) -> str | Problem | None:
        try:
            text = self._clean(cell)
            if not text or (self.empty_words and (fold_word(text) or text) in self.empty_words):
                return self._blank()
            reject_spreadsheet_error(text)
            value = self._read(text)
            limit = self.column.max_length
            if limit and len(value) > limit:
                raise CellError(
                    "too_long", f"{len(value):,} characters are too many. The limit is {limit}."
                )
            return value
        except CellError as error:
            self._has_problems = True
            return Problem(
                f"{self.name}:{error.code}", self.name, error.message, cell[:200], error.suggestion
            )

    def _clean(self, cell: str) -> str:
        # Do this first: an export added the apostrophes to the text as it was stored.
        stored = restored(cell)
        if stored == cell:
            stored = _unmarked(cell)
        cell = stored
        if not (cell.isascii() and cell.isprintable()):
            if _CONTROL.search(cell):
                what = "a zero byte" if "\x00" in cell else "a control character"
                raise CellError("control", f"The cell contains {what}.")
            cell = unicodedata.normalize("NFC", cell.translate(_INVISIBLE).translate(_SPACES))
            if self._is_looked_up:
                cell = cell.translate(_UNDIRECTED)
            if self._opens_quote is not None and self._opens_quote(cell):
                raise CellError(
                    "broken_quote",
                    "The cell contains the end of one line and the beginning of another, "
                    "because a quote that opens here is closed later.",
                )
            if not self.column.multiline:
                cell = _LINES.sub(" ", cell.strip())
            else:
                cell = cell.replace("\r\n", "\n").replace("\r", "\n")
        cell = cell.strip()
        if cell[:1] == "'" and self.column.kind in _NEVER_QUOTED:
            cell = cell[1:].lstrip()
        return cell

    def _blank(self) -> str | None:
        if self.column.needed or self.blank is Blank.REFUSE:
            raise CellError("missing", f"{self.column.label} is missing.")
        if (
            self.blank is Blank.CLEAR
            and self.column.clearable
            and self.column.kind is not FieldKind.CHOICE
        ):
            return ""
        return None


def _unmarked(cell: str) -> str:
    """Return the text that a spreadsheet's file marks as one: ="0042" and '0042 are 0042."""
    if '="' in cell[:8] and (kept := _KEPT_TEXT.fullmatch(cell)):
        return kept[1].replace('""', '"')
    return cell[1:] if cell[:1] == "'" and _TEXT_MARK.fullmatch(cell) else cell


def spaces() -> str:
    """Return the characters that become plain spaces."""
    return "".join(map(chr, _SPACES))


def invisible_in(column: Column) -> str:
    """Return the characters that are taken out of the column's cells."""
    is_looked_up = column.is_id or column.kind in _LOOKED_UP
    return "".join(map(chr, _INVISIBLE)) + (_DIRECTION if is_looked_up else "")
