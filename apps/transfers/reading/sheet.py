"""The cells of a sheet as they stream by."""

from dataclasses import dataclass, field
from xml.parsers import expat  # The workbook refuses document types, so no entity is ever expanded.

from apps.core.errors import DomainError
from apps.transfers.reading import limits
from apps.transfers.reading.numbers import CellStyle, number_text
from apps.transfers.reading.shared_strings import SharedStrings, local_name, unescape

NO_RESULT = "#NO RESULT"
_TOO_MUCH_TEXT = "The cells of the sheet contain too much text to read. Split it into several."


@dataclass
class SheetNotes:
    """What a pass over a sheet saw besides its cells."""

    hidden_rows: int = 0
    hidden_columns: int = 0
    merged: int = 0
    formulas_without_result: int = 0

    def clear(self) -> None:
        self.hidden_rows = self.hidden_columns = self.merged = self.formulas_without_result = 0


def too_many_rows() -> DomainError:
    return DomainError(
        f"The sheet has more than {limits.MAX_SHEET_ROWS:,} rows, which is the most that a "
        "sheet can have. "
        "Split it into several, or save it as CSV."
    )


@dataclass
class SheetReader:
    strings: SharedStrings
    styles: list[CellStyle]
    date1904: bool
    notes: SheetNotes
    # The workbook itself says that its results must be computed again.
    is_stale: bool = False
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._number = self._depth = self._total = 0
        self._column = -1
        self._cells: list[str] = []
        self._has_value = False
        self._type = ""
        self._style = 0
        self._text: list[str] = []
        self._length = 0
        self._collect = self._has_formula = self._has_result = self._in_hint = False
        self._columns: dict[str, int] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > limits.MAX_DEPTH:
            raise ValueError(tag)
        if ":" in tag:
            tag = local_name(tag)
        if tag == "c":
            reference = attrs.get("r")
            self._column = self._index(reference) if reference else self._column + 1
            self._type = attrs.get("t", "n")
            self._style = int(attrs.get("s", 0))
            self._text.clear()
            self._length = 0
            self._has_formula = self._has_result = False
        elif tag == "v" or (tag == "t" and not self._in_hint):
            self._collect = self._has_result = True
        elif tag == "f":
            self._has_formula = True
        elif tag == "row":
            number = int(attrs.get("r", self._number + 1))
            if number > limits.MAX_SHEET_ROWS:
                raise too_many_rows()
            if number <= self._number:
                # Twice the same row: no spreadsheet writes that.
                raise ValueError(number)
            self._number = number
            self._column = -1
            self._cells = []
            self._has_value = False
            if attrs.get("hidden") in ("1", "true"):
                self.notes.hidden_rows += 1
        elif tag == "rPh":
            self._in_hint = True
        elif tag == "col" and attrs.get("hidden") in ("1", "true"):
            first, last = int(attrs.get("min", 1)), int(attrs.get("max", 1))
            # A hidden rest of the sheet, to its last column, hides nothing.
            self.notes.hidden_columns += max(last - first + 1, 0) if last < 16_384 else 0
        elif tag == "mergeCell":
            self.notes.merged += 1

    def _data(self, data: str) -> None:
        if self._collect:
            self._length += len(data)
            if self._length > limits.MAX_CELL:
                raise DomainError(f"A cell in row {self._number:,} {limits.TOO_LONG}")
            self._text.append(data)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if ":" in tag:
            tag = local_name(tag)
        if tag == "c":
            value = self._value()
            if value:
                self._total += len(value)
                if self._total > limits.MAX_SHEET_TEXT:
                    raise DomainError(_TOO_MUCH_TEXT)
                if self._column >= limits.MAX_COLUMNS:
                    raise DomainError(
                        f"Row {self._number:,} has a value in column {self._column + 1:,}; "
                        f"at most {limits.MAX_COLUMNS} columns can be read."
                    )
                missing = self._column - len(self._cells)
                if missing < 0:
                    # Cells out of order would be read as another column's.
                    raise ValueError(self._column)
                if missing > 0:
                    self._cells.extend([""] * missing)
                self._cells.append(value)
                self._has_value = True
        elif tag in ("v", "t"):
            self._collect = False
        elif tag == "row":
            if self._has_value:
                self.rows.append((self._number, self._cells))
        elif tag == "rPh":
            self._in_hint = False

    def _value(self) -> str:
        text = "".join(self._text)
        kind = self._type
        if kind == "s":
            return self.strings[int(text)] if text else ""
        if self._has_formula and self._is_without_result(text):
            self.notes.formulas_without_result += 1
            return NO_RESULT
        if kind == "n":
            if not text:
                return ""
            style = self.styles[self._style] if self._style < len(self.styles) else None
            return number_text(text, style, self.date1904)
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        return unescape(text)

    def _is_without_result(self, text: str) -> bool:
        """A program that computes nothing leaves the result out, or writes 0 and asks to compute it again."""
        if not text:
            return self._type != "str" or not self._has_result
        return self.is_stale and text == "0" and self._type == "n"

    def _index(self, reference: str) -> int:
        """Return the column, counted from 0, of a reference such as "AB12"."""
        letters = reference.rstrip("0123456789")
        found = self._columns.get(letters)
        if found is None:
            found = 0
            for letter in letters:
                found = found * 26 + ord(letter) - 64
            found -= 1
            if not 0 <= found < 16_384:
                raise ValueError(reference)
            self._columns[letters] = found
        return found
