"""Delimited text: the delimiter, and records with the line that they begin on."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from apps.core.errors import DomainError
from apps.transfers.reading import limits
from apps.transfers.reading.headers import clean_header

DELIMITERS = ",;\t|"
# Taken only where known headers stand between them.
_RARE_DELIMITERS = "^~:!#¦\x1f\x1e\x01"
_SEP_LINE = re.compile(r"^\ufeff?\"?sep=([^\"\r\n])\"?\s*$", re.IGNORECASE)


class BrokenRecord(list[str]):
    """A record that cannot be split into cells (`why`): refused, never guessed."""

    code = "broken_quote"
    why = "This line has a misplaced quote."


class HugeRecord(BrokenRecord):
    code = "too_long"
    why = f"A cell of this line has more than {limits.MAX_CELL:,} characters."


def open_text(path: Path, encoding: str) -> IO[str]:
    return path.open("r", encoding=encoding, newline="")


@dataclass(frozen=True)
class Dialect:
    """How cells are set apart. `declared`: the first line says so (`sep=;`) and is not a record."""

    delimiter: str
    declared: bool = False
    # Cells are written `"a", "b"`: a quote after a space opens a cell too.
    spaced: bool = False
    # Byte-order marks stand in the middle; the end may be padded (`ends_in_padding`).
    has_marks: bool = False
    has_end: bool = False


def sniff_dialect(
    path: Path, encoding: str, given: str, known: Callable[[str], bool] = bool
) -> Dialect:
    """Find the delimiter, unless it is `given`; `known` tells a header that the dataset knows."""
    with open_text(path, encoding) as file:
        text = file.read(64 * 1024)
    first = text.splitlines()[0] if text.strip() else ""
    declared = _SEP_LINE.match(first)
    delimiter = given or (declared[1] if declared else _likeliest(text, known))
    spaced = re.search(
        rf'{re.escape(delimiter)} +"[^"\r\n]*" *(?:{re.escape(delimiter)}|[\r\n]|$)', text
    )
    return Dialect(delimiter, declared is not None, spaced is not None)


def _likeliest(text: str, known: Callable[[str], bool]) -> str:
    best = max(DELIMITERS, key=lambda each: _consistency(text, each))
    if _consistency(text, best)[1] > 1:
        return best
    lines = text.splitlines()[:30]
    for rare in _RARE_DELIMITERS:
        if any(sum(known(clean_header(c)) for c in line.split(rare)) > 1 for line in lines):
            return rare
    return best


def _consistency(text: str, delimiter: str) -> tuple[float, int, int]:
    """How well a delimiter explains the text: share of records of one width, that width, rank."""
    lines = text.splitlines(keepends=True)
    if len(text) >= 64 * 1024:
        lines = lines[:-1]
    try:
        widths = [len(row) for row in csv.reader(lines[:200], delimiter=delimiter) if row]
    except csv.Error:
        return 0.0, 0, 0
    if not widths:
        return 0.0, 0, 0
    width, times = Counter(widths).most_common(1)[0]
    if width == 1:
        # Perhaps a title above the table; a table that is wide somewhere beats one that never is.
        wide = [each for each in widths if each > 1]
        return len(wide) / len(widths) / 2, max(wide, default=1), -DELIMITERS.index(delimiter)
    return times / len(widths), width, -DELIMITERS.index(delimiter)


def ends_in_padding(path: Path) -> bool:
    """Tell whether the file ends in what DOS programs write there: the mark of the end, or zero bytes."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(file.tell() - 8, 0))
        tail = file.read()
    return b"\x1a" in tail or tail.endswith(b"\x00")


def _lines(file: IO[str]) -> Iterator[str]:
    """Yield the lines of a file; none is read that would not fit."""
    number = 0
    while line := file.readline(limits.MAX_LINE):
        number += 1
        if len(line) == limits.MAX_LINE:
            raise DomainError(
                f"Line {number:,} has {limits.MAX_LINE:,} characters or more, which no row of a table has."
            )
        yield line


def _repaired(lines: Iterator[str], dialect: Dialect) -> Iterator[str]:
    """Yield lines without byte-order marks in the middle and padding at the end."""
    for line in lines:
        if dialect.has_marks:
            line = line.replace("\ufeff", "")
        if dialect.has_end:
            line = _without_padding(line)
        yield line


def read_text(path: Path, encoding: str, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the record's first line, cells), empty lines left out.

    A `sep=` line does not count: no spreadsheet shows it. Raises DomainError for a
    quote that is never closed, a cell beyond all bounds, or bytes outside the encoding.
    """
    csv.field_size_limit(limits.MAX_CELL)
    delimiter = dialect.delimiter
    with open_text(path, encoding) as file:
        if dialect.declared:
            file.readline()
        is_odd = dialect.has_marks or dialect.has_end
        lines = _lines(file)
        lines = _repaired(lines, dialect) if is_odd else lines
        reader = csv.reader(
            lines, delimiter=delimiter, strict=True, skipinitialspace=dialect.spaced
        )
        width, before = 0, 0
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except UnicodeDecodeError:
                raise DomainError(
                    f"After line {before:,} the file is not in the encoding {encoding}."
                ) from None
            except csv.Error as error:
                if reader.line_num > before + 1 or "unexpected end" in str(error):
                    raise unclosed(before + 1) from None
                is_huge = "field limit" in str(error)
                yield before + 1, HugeRecord() if is_huge else BrokenRecord()
                before = reader.line_num
                continue
            if reader.line_num > before + 1 and _swallowed(row, delimiter, width):
                raise unclosed(before + 1)
            if reader.line_num > limits.MAX_LINES:
                raise DomainError(
                    f"The file has more than {limits.MAX_LINES:,} lines, which is the most "
                    "that can be read. "
                    "Remove the empty ones, or split it into several."
                )
            if len(row) > limits.MAX_COLUMNS:
                row = _narrowed(row)
            if row:
                width = width or len(row)
                yield before + 1, row
            before = reader.line_num


def _narrowed(row: list[str]) -> list[str]:
    """Leave out what thousands of separators hold behind the table: nothing, mostly."""
    beyond = row[limits.MAX_COLUMNS : limits.MAX_WIDTH]
    return row[: limits.MAX_WIDTH] if "".join(beyond).strip() else row[: limits.MAX_COLUMNS]


def _swallowed(row: list[str], delimiter: str, width: int) -> bool:
    """Whether a cell holds whole records: the sign of a quote closed by a later record's quote."""
    return len(row) != width and any(
        "\n" in cell and width > 1 and cell.count(delimiter) >= width - 1 for cell in row
    )


def holds_two_lines(cell: str, delimiter: str, before: int, after: int) -> bool:
    """Whether a cell with `before` and `after` cells beside it is made of two whole lines of the table:
    a quote opens in one of them, and another one happens to close it."""
    lines = re.split(r"\r\n?|\n", cell)
    first, last = lines[0].count(delimiter), lines[-1].count(delimiter)
    return len(lines) > 1 and (first, last) == (after, before)


def unclosed(line: int) -> DomainError:
    return DomainError(
        f'The quote (") that opens in line {line:,} is not closed at the end of its cell. '
        "Close it, or double the quotes inside the cell."
    )


def _without_padding(line: str) -> str:
    """Take off the padding with which some programs end a file; a line end stays as it is."""
    if line.strip("\x1a\x00\r\n"):
        return line.rstrip("\x1a\x00")
    return line.replace("\x1a", "").replace("\x00", "") or "\n"
