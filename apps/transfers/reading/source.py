"""A file opened as a table: what was found in it, and its rows."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from apps.core.errors import DomainError
from apps.core.wording import plural
from apps.transfers.options import Findings, Reading
from apps.transfers.reading import limits
from apps.transfers.reading.content import detect_format, refuse_binary
from apps.transfers.reading.encodings import Detected, check_encoding, detect_encoding
from apps.transfers.reading.headers import find_header, header_notes
from apps.transfers.reading.sheet import SheetNotes
from apps.transfers.reading.text import ends_in_padding, read_text, sniff_dialect
from apps.transfers.reading.workbook import Workbook

Row = tuple[int, list[str]]
_LOOK_AHEAD = 100
_WORDS = 200
_BATCH = 4096


class Source:
    """A table in a file. `survey()` reads it once and fills `findings`; `rows()` streams it."""

    def __init__(
        self,
        findings: Findings,
        records: Callable[[], Iterator[Row]],
        notes: SheetNotes | None = None,
    ) -> None:
        self.findings = findings
        self._records = records
        # Filled by each pass over a sheet.
        self._notes = notes

    def rows(self) -> Iterator[Row]:
        """Yield (number, cells) of every row after the header."""
        header_row = self.findings.header_row
        return (
            row
            for row in self._records()
            if row[0] > header_row
            # Rows with nothing in them do not count.
            and (row[1][:1] == [] or row[1][0].strip() or "".join(row[1]).strip())
        )

    def survey(self) -> Findings:
        """Count rows, blanks and words; keep samples. One streamed pass over the file."""
        found = self.findings
        width = len(found.headers)
        found.samples, found.rows, found.blanks = [], 0, [0] * width
        samples: list[list[str]] = [[] for _ in range(width)]
        words: list[Counter[str] | None] = [Counter() for _ in range(width)]
        if self._notes is not None:
            self._notes.clear()
        # The same cells are the same content, in whatever format and encoding.
        content = hashlib.sha256("\x1f".join(found.headers).encode("utf-8", "replace"))
        rows = self.rows()
        while batch := list(islice(rows, _BATCH)):
            found.rows += len(batch)
            if found.rows > limits.MAX_ROWS:
                raise DomainError(
                    f"The file has more than {limits.MAX_ROWS:,} rows, which is the most "
                    "that can be "
                    "imported at once. Split it into several."
                )
            if len(found.samples) < 5:
                found.samples += [cells for _, cells in batch[: 5 - len(found.samples)]]
            padded = (
                cells if len(cells) == width else (cells + [""] * width)[:width]
                for _, cells in batch
            )
            for position, column in enumerate(zip(*padded, strict=True)):
                found.blanks[position] += column.count("")
                content.update("\x1f".join(column).encode("utf-8", "replace"))
                counter = words[position]
                if counter is not None:
                    counter.update(column)
                    if len(counter) > _WORDS:
                        words[position] = None
                if len(samples[position]) < 3:
                    samples[position] = list(
                        dict.fromkeys([*samples[position], *(c for c in column if c.strip())])
                    )[:3]
        found.content = content.hexdigest()
        found.column_samples = [[_short(cell) for cell in each] for each in samples]
        found.samples = [[_short(cell) for cell in cells] for cells in found.samples]
        found.words = {
            str(position): [(_showable(word), n) for word, n in counter.most_common()]
            for position, counter in enumerate(words)
            if counter is not None and all(len(word) <= 200 for word in counter)
        }
        if self._notes is not None:
            found.notes += _sentences(self._notes)
        return found


def open_source(path: Path, reading: Reading, known: Callable[[str], bool]) -> Source:
    """Open a file as `reading` says, and find out what it leaves open.

    `known` tells whether a cell is a header that the dataset knows; it finds late headers.
    """
    kind = detect_format(path)
    return _workbook(path, reading, known) if kind == "xlsx" else _text(path, reading, known)


def _text(path: Path, reading: Reading, known: Callable[[str], bool]) -> Source:
    if reading.sheet:
        raise DomainError(f"The file isn't a workbook, so it has no sheet “{reading.sheet}”.")
    refuse_binary(path, reading.encoding)
    detected = Detected(reading.encoding) if reading.encoding else detect_encoding(path)
    encoding = detected.encoding
    has_marks = check_encoding(path, encoding)
    dialect = sniff_dialect(path, encoding, _delimiter(reading.delimiter), known)
    dialect = replace(dialect, has_marks=has_marks, has_end=ends_in_padding(path))
    found = Findings(format="csv", encoding=encoding, delimiter=dialect.delimiter)
    found.readings = [(each, list(words)) for each, words in detected.readings]

    def records() -> Iterator[Row]:
        return read_text(path, encoding, dialect)

    return _with_header(found, records, reading, known)


def _delimiter(given: str) -> str:
    names = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
    delimiter = names.get(given.lower(), given)
    if len(delimiter) > 1:
        raise DomainError(f"The delimiter must be one character, not “{given}”.")
    if delimiter and (delimiter in '"\r\n\x00\ufeff'):
        raise DomainError("A quote or the end of a line cannot be the delimiter.")
    return delimiter


def _workbook(path: Path, reading: Reading, known: Callable[[str], bool]) -> Source:
    book = Workbook(path)
    found = Findings(format="xlsx")
    found.sheets = [{"name": each.name, "hidden": each.hidden} for each in book.sheets]
    visible = [sheet for sheet in book.sheets if not sheet.hidden]
    if reading.sheet:
        chosen = [sheet for sheet in book.sheets if sheet.name == reading.sheet] or [
            sheet for sheet in book.sheets if sheet.name.casefold() == reading.sheet.casefold()
        ]
        if not chosen:
            names = ", ".join(f"“{sheet.name}”" for sheet in book.sheets[:20])
            raise DomainError(f"There is no sheet “{reading.sheet}”. The workbook has {names}.")
    else:
        # A sheet with nothing in it is not a choice to ask for.
        chosen = [
            sheet
            for sheet in visible
            if len(visible) == 1 or _has_any(book.rows(sheet, SheetNotes()))
        ]
        hidden = len(book.sheets) - len(visible)
        if hidden:
            found.notes.append(f"{_there(hidden, 'sheet')} hidden and not read.")
        if not chosen:
            raise DomainError("Every sheet of the workbook is empty.")
        if len(chosen) > 1:
            found.needs_sheet = True
            return Source(found, lambda: iter(()))
    found.sheet = chosen[0].name
    notes = SheetNotes()
    source = _with_header(found, lambda: book.rows(chosen[0], notes), reading, known)
    return Source(source.findings, lambda: book.rows(chosen[0], notes), notes)


def _sentences(notes: SheetNotes) -> list[str]:
    found = []
    if notes.hidden_rows:
        found.append(f"{_there(notes.hidden_rows, 'row')} hidden but included.")
    if notes.hidden_columns:
        found.append(f"{_there(notes.hidden_columns, 'column')} hidden but included.")
    if notes.merged:
        found.append(
            f"{_there(notes.merged, 'merged range')} found. Only the first cell of each "
            "has a value."
        )
    if notes.formulas_without_result:
        found.append(f"{_there(notes.formulas_without_result, 'formula')} without a stored result.")
    return found


def _with_header(
    found: Findings,
    records: Callable[[], Iterator[Row]],
    reading: Reading,
    known: Callable[[str], bool],
) -> Source:
    if reading.header_row > limits.MAX_HEADER_ROW:
        raise DomainError(f"The header must be in the first {limits.MAX_HEADER_ROW:,} rows.")
    first = list(islice(records(), max(_LOOK_AHEAD, reading.header_row)))
    if not any(any(cell.strip() for cell in cells) for _, cells in first):
        raise DomainError("The file is empty. It doesn't even have a header.")
    found.header_row, headers, is_double = find_header(first, reading.header_row, known)
    if len(headers) > limits.MAX_COLUMNS:
        raise DomainError(
            f"The header has {_width_in_words(headers)} columns; at most {limits.MAX_COLUMNS} can be read."
        )
    found.headers = headers
    found.notes += header_notes(found, is_double=is_double)
    return Source(found, records)


def _has_any(rows: Iterator[Row]) -> bool:
    return any(cell.strip() for _, cells in rows for cell in cells)


def _short(text: str) -> str:
    text = text if len(text) <= 120 else f"{text[:119]}…"
    return _showable(text)


def _showable(text: str) -> str:
    """A zero byte fits neither a page nor the database; its picture does."""
    return text.replace("\x00", "␀")


def _there(number: int, noun: str) -> str:
    return f"{plural(number, noun)} {'is' if number == 1 else 'are'}"


def _width_in_words(headers: list[str]) -> str:
    # Beyond that nothing was looked at.
    more = "at least " if len(headers) >= limits.MAX_WIDTH else ""
    return f"{more}{len(headers):,}"
