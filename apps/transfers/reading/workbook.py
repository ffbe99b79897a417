"""XLSX, streamed: one pass of a SAX parser over each part, in bounded memory.

Ready-made readers hold the sheet in memory, or give no access to what an import must know: whether a
formula has a stored result, the number format of an id, hidden rows, the row's own number.
"""

import re
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat  # DTDs are refused below, so no entity is ever expanded.

from apps.core.errors import DomainError
from apps.transfers.reading import limits
from apps.transfers.reading.numbers import CellStyle, cell_style, number_text

NO_RESULT = "#NO RESULT"
_BLOCK = 1 << 18
_BROKEN = "The workbook is broken: {} Open it in a spreadsheet and save it again."


@dataclass
class Sheet:
    name: str
    hidden: bool
    path: str


@dataclass
class SheetNotes:
    """What a pass over a sheet saw besides its cells."""

    hidden_rows: int = 0
    merged: int = 0
    formulas_without_result: int = 0

    def clear(self) -> None:
        self.hidden_rows = self.merged = self.formulas_without_result = 0


class SharedStrings:
    """The workbook's table of texts, as one block of bytes: a third of what a list would take."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        self._bytes += text.encode("utf-8", "replace")
        if len(self._bytes) > limits.MAX_SHARED_TEXT:
            raise DomainError("The workbook holds too much text to be read.")
        self._ends.append(len(self._bytes))

    def __getitem__(self, index: int) -> str:
        return self._bytes[self._ends[index] : self._ends[index + 1]].decode("utf-8")

    def __len__(self) -> int:
        return len(self._ends) - 1


class Workbook:
    """An XLSX file. Raises DomainError for one that is broken, protected or a bomb."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError):
            raise DomainError(_BROKEN.format("it is no ZIP archive.")) from None
        self._check_sizes()
        self.date1904 = False
        self.sheets: list[Sheet] = []
        self._strings: SharedStrings | None = None
        self._read_structure()
        self._styles = self._read_styles()

    def close(self) -> None:
        self._zip.close()

    def _check_sizes(self) -> None:
        total = 0
        for item in self._zip.infolist():
            if item.flag_bits & 1:
                raise DomainError("The workbook is protected by a password. Save it without one.")
            total += item.file_size
            ratio = item.file_size / max(item.compress_size, 1)
            if item.file_size > limits.MAX_RATIO_FREE and ratio > limits.MAX_RATIO:
                raise DomainError("The workbook unpacks to far more than a table would. Refused.")
        if total > limits.MAX_UNPACKED:
            raise DomainError("The workbook is too large, unpacked. Split it, or save it as CSV.")

    def _parse(self, name: str, parser: Any) -> Iterator[None]:
        """Feed a part to a parser block by block, and give control back after each."""

        def refuse(*_: Any) -> None:
            raise DomainError(
                _BROKEN.format("it declares document types, which no workbook needs.")
            )

        parser.StartDoctypeDeclHandler = refuse
        parser.buffer_text = True
        try:
            with self._zip.open(name) as file:
                while block := file.read(_BLOCK):
                    parser.Parse(block, False)
                    yield
                parser.Parse(b"", True)
                yield
        except KeyError:
            raise DomainError(_BROKEN.format(f"its part {name} is missing.")) from None
        except (expat.ExpatError, zipfile.BadZipFile, EOFError, OSError, ValueError, IndexError):
            raise DomainError(_BROKEN.format(f"its part {name} cannot be read.")) from None
        except Exception as error:
            # zlib.error has no public base of its own.
            if type(error).__module__ == "zlib":
                raise DomainError(_BROKEN.format(f"its part {name} is damaged.")) from None
            raise

    def _elements(self, name: str) -> list[tuple[str, dict[str, str]]]:
        found: list[tuple[str, dict[str, str]]] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda tag, attrs: found.append((_local(tag), attrs))
        for _ in self._parse(name, parser):
            if len(found) > 200_000:
                raise DomainError(_BROKEN.format(f"its part {name} is far too large."))
        return found

    def _read_structure(self) -> None:
        targets = {}
        for tag, attrs in self._elements("xl/_rels/workbook.xml.rels"):
            if tag == "Relationship":
                target = attrs.get("Target", "")
                targets[attrs.get("Id", "")] = (
                    target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                )
        for tag, attrs in self._elements("xl/workbook.xml"):
            if tag == "workbookPr":
                self.date1904 = attrs.get("date1904", "0") in ("1", "true")
            elif tag == "sheet":
                link = next((v for k, v in attrs.items() if k.endswith(":id")), "")
                hidden = attrs.get("state", "visible") != "visible"
                path = targets.get(link, "")
                if "worksheets" in path or path in self._zip.namelist():
                    self.sheets.append(Sheet(attrs.get("name", ""), hidden, path))

    def _read_styles(self) -> list[CellStyle]:
        if "xl/styles.xml" not in self._zip.namelist():
            return []
        formats: dict[int, str] = {}
        styles: list[CellStyle] = []
        inside = False
        for tag, attrs in self._elements("xl/styles.xml"):
            if tag == "numFmt":
                formats[int(attrs.get("numFmtId", 0))] = attrs.get("formatCode", "")
            elif tag == "cellXfs":
                inside = True
            elif tag in ("cellStyles", "dxfs"):
                inside = False
            elif tag == "xf" and inside:
                number = int(attrs.get("numFmtId", 0))
                styles.append(cell_style(number, formats.get(number, "")))
        return styles

    def strings(self) -> SharedStrings:
        if self._strings is None:
            self._strings = SharedStrings()
            if "xl/sharedStrings.xml" in self._zip.namelist():
                reader = _StringReader(self._strings)
                for _ in self._parse("xl/sharedStrings.xml", reader.parser):
                    pass
        return self._strings

    def rows(self, sheet: Sheet, notes: SheetNotes) -> Iterator[tuple[int, list[str]]]:
        """Yield (row number, cells) of every row that has a cell with something in it."""
        reader = _SheetReader(self.strings(), self._styles, self.date1904, notes)
        for _ in self._parse(sheet.path, reader.parser):
            yield from reader.rows
            reader.rows.clear()


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


class _StringReader:
    """Collects `<si>` texts; phonetic hints (`<rPh>`) are no part of the text."""

    def __init__(self, strings: SharedStrings) -> None:
        self._strings = strings
        self._parts: list[str] = []
        self._in_text = self._in_hint = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, tag: str, _attrs: Any) -> None:
        tag = _local(tag)
        if tag == "t":
            self._in_text = not self._in_hint
        elif tag == "rPh":
            self._in_hint = True

    def _end(self, tag: str) -> None:
        tag = _local(tag)
        if tag == "t":
            self._in_text = False
        elif tag == "rPh":
            self._in_hint = False
        elif tag == "si":
            self._strings.add(unescape("".join(self._parts)))
            self._parts.clear()

    def _text(self, data: str) -> None:
        if self._in_text:
            self._parts.append(data)


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)


def unescape(text: str) -> str:
    """Undo the workbook's own way to write control characters (`_x000D_`)."""
    return _ESCAPED.sub(lambda m: _character(m), text) if "_x" in text else text


@dataclass
class _SheetReader:
    strings: SharedStrings
    styles: list[CellStyle]
    date1904: bool
    notes: SheetNotes
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._number = 0
        self._column = -1
        self._cells: list[str] = []
        self._has_value = False
        self._type = ""
        self._style = 0
        self._text: list[str] = []
        self._length = 0
        self._collect = self._has_formula = self._in_hint = False
        self._columns: dict[str, int] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        if ":" in tag:
            tag = _local(tag)
        if tag == "c":
            reference = attrs.get("r")
            self._column = self._index(reference) if reference else self._column + 1
            self._type = attrs.get("t", "n")
            self._style = int(attrs.get("s", 0))
            self._text.clear()
            self._length = 0
            self._has_formula = False
        elif tag == "v" or (tag == "t" and not self._in_hint):
            self._collect = True
        elif tag == "f":
            self._has_formula = True
        elif tag == "row":
            self._number = int(attrs.get("r", self._number + 1))
            self._column = -1
            self._cells = []
            self._has_value = False
            if attrs.get("hidden") in ("1", "true"):
                self.notes.hidden_rows += 1
        elif tag == "rPh":
            self._in_hint = True
        elif tag == "mergeCell":
            self.notes.merged += 1

    def _data(self, data: str) -> None:
        if self._collect:
            self._length += len(data)
            if self._length > limits.MAX_CELL:
                raise DomainError(f"A cell in row {self._number:,} is too long to be a cell.")
            self._text.append(data)

    def _end(self, tag: str) -> None:
        if ":" in tag:
            tag = _local(tag)
        if tag == "c":
            value = self._value()
            if value:
                if self._column >= limits.MAX_COLUMNS:
                    raise DomainError(
                        f"Row {self._number:,} has a value in column {self._column + 1:,}; "
                        f"at most {limits.MAX_COLUMNS} columns can be read."
                    )
                missing = self._column - len(self._cells)
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
        if self._has_formula and not text and kind != "str":
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
