"""XLSX, streamed: one pass of a SAX parser over each part, in bounded memory.

Ready-made readers hold the sheet in memory, or give no access to what an import must know: whether a
formula has a stored result, the number format of an id, hidden rows, the row's own number.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat  # DTDs are refused below, so no entity is ever expanded.
from xml.parsers.expat import XMLParserType

from apps.core.errors import DomainError
from apps.transfers.reading import limits
from apps.transfers.reading.numbers import CellStyle, cell_style
from apps.transfers.reading.parts import PartNames, first_of, relationships, relationships_of
from apps.transfers.reading.shared_strings import SharedStrings, StringReader, local_name
from apps.transfers.reading.sheet import SheetNotes, SheetReader, too_many_rows

_BLOCK = 1 << 18
_ROW = re.compile(rb"<(?:\w+:)?row[ />]")
_BROKEN = "The workbook is broken: {} Open it in a spreadsheet and save it again."


@dataclass
class Sheet:
    name: str
    hidden: bool
    path: str


class Workbook:
    """An XLSX file. Raises DomainError for one that is broken, protected or a bomb."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError):
            raise DomainError(_BROKEN.format("it isn't a ZIP archive.")) from None
        self._check_sizes()
        self._parts = PartNames(self._zip)
        self._strings_part = self._styles_part = ""
        self.date1904 = self._is_stale = False
        self.sheets: list[Sheet] = []
        self._strings: SharedStrings | None = None
        self._read_structure()
        self._check_rows()
        try:
            self._styles = self._read_styles()
        except ValueError:
            raise DomainError(_BROKEN.format("its styles cannot be read.")) from None

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
                raise DomainError(
                    "The workbook unpacks to far more data than a table should. It was refused."
                )
        if total > limits.MAX_UNPACKED:
            raise DomainError("The workbook is too large, unpacked. Split it, or save it as CSV.")

    def _check_rows(self) -> None:
        """Count the rows of sheets that are packed suspiciously tightly: to parse millions takes minutes."""
        for sheet in self.sheets:
            item = self._zip.NameToInfo.get(sheet.path)
            if item is None or item.file_size <= limits.SUSPICIOUS_RATIO * item.compress_size:
                continue
            rows = 0
            try:
                with self._zip.open(item) as file:
                    while block := file.read(_BLOCK):
                        rows += len(_ROW.findall(block))
                        if rows > limits.MAX_SHEET_ROWS:
                            raise too_many_rows()
            except (zipfile.BadZipFile, EOFError, OSError, ValueError, zlib.error):
                # Whatever is wrong with it, reading the sheet says so.
                continue

    def _parse(self, name: str, parser: XMLParserType) -> Iterator[None]:
        """Feed a part to a parser block by block, and give control back after each."""

        def refuse(*_: object) -> None:
            raise DomainError(
                _BROKEN.format("it declares document types, which no workbook needs.")
            )

        parser.StartDoctypeDeclHandler = refuse
        parser.buffer_text = True
        try:
            with self._zip.open(name) as file:
                fed = 0
                while block := file.read(_BLOCK):
                    parser.Parse(block, False)
                    fed += len(block)
                    # A tag is kept until it ends, with all of its attributes.
                    if fed - parser.CurrentByteIndex > limits.MAX_TAG:
                        raise ValueError(name)
                    yield
                parser.Parse(b"", True)
                yield
        except KeyError:
            raise DomainError(_BROKEN.format(f"its part {name} is missing.")) from None
        # An encoding that is none, or none of text, is a `LookupError`.
        except (expat.ExpatError, zipfile.BadZipFile, EOFError, OSError, ValueError, LookupError):
            raise DomainError(_BROKEN.format(f"its part {name} cannot be read.")) from None
        except Exception as error:
            # zlib.error has no public base of its own.
            if type(error).__module__ == "zlib":
                raise DomainError(_BROKEN.format(f"its part {name} is damaged.")) from None
            raise

    def _elements(self, name: str) -> list[tuple[str, dict[str, str]]]:
        found: list[tuple[str, dict[str, str]]] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda tag, attrs: found.append((local_name(tag), attrs))
        for _ in self._parse(name, parser):
            if len(found) > 200_000:
                raise DomainError(_BROKEN.format(f"its part {name} is far too large."))
        return found

    def _read_structure(self) -> None:
        main = self._parts.main() or "xl/workbook.xml"
        listed = relationships_of(main)
        links = relationships(
            self._elements(self._parts.find(listed) or listed), posixpath.dirname(main)
        )
        find = self._parts.find
        self._strings_part = first_of(links, "sharedStrings", find) or find("xl/sharedStrings.xml")
        self._styles_part = first_of(links, "styles", find) or find("xl/styles.xml")
        for tag, attrs in self._elements(main):
            if tag == "workbookPr":
                self.date1904 = attrs.get("date1904", "0") in ("1", "true")
            elif tag == "calcPr":
                self._is_stale = attrs.get("fullCalcOnLoad", "0") in ("1", "true")
            elif tag == "sheet":
                link = next((v for k, v in attrs.items() if k.endswith(":id")), "")
                hidden = attrs.get("state", "visible") != "visible"
                kind, path = links.get(link, ("", ""))
                # A sheet of charts or of macros is not a table.
                if path and kind not in ("chartsheet", "dialogsheet", "xlMacrosheet"):
                    path = find(path) or path
                    self.sheets.append(Sheet(attrs.get("name", ""), hidden, path))
        if len(self.sheets) > limits.MAX_SHEETS:
            raise DomainError(
                f"The workbook has {len(self.sheets):,} sheets; at most "
                f"{limits.MAX_SHEETS} can be read."
            )

    def _read_styles(self) -> list[CellStyle]:
        if not self._styles_part:
            return []
        formats: dict[int, str] = {}
        styles: list[CellStyle] = []
        inside = False
        for tag, attrs in self._elements(self._styles_part):
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
            if self._strings_part:
                reader = StringReader(self._strings)
                for _ in self._parse(self._strings_part, reader.parser):
                    pass
        return self._strings

    def rows(self, sheet: Sheet, notes: SheetNotes) -> Iterator[tuple[int, list[str]]]:
        """Yield (row number, cells) of every row that has a cell with something in it."""
        reader = SheetReader(self.strings(), self._styles, self.date1904, notes, self._is_stale)
        for _ in self._parse(sheet.path, reader.parser):
            yield from reader.rows
            reader.rows.clear()
