"""Finds the header row, and describes what is unusual about it."""

import re
from collections import Counter
from collections.abc import Callable

from apps.core.cells import restored
from apps.core.errors import DomainError
from apps.transfers.options import Findings

_INVISIBLE = dict.fromkeys(
    map(
        ord,
        "\ufeff\u200b\u2060\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    None,
)


_KEPT_TEXT = re.compile(r'="((?:[^"]|"")*)"')


def clean_header(cell: str) -> str:
    # The file of refused rows has the same headers, defused; the next attempt restores them.
    text = restored(" ".join(cell.translate(_INVISIBLE).replace("\x00", "").split()))
    kept = _KEPT_TEXT.fullmatch(text)
    return kept[1].strip() if kept else text


def find_header(
    rows: list[tuple[int, list[str]]], wanted: int, known: Callable[[str], bool]
) -> tuple[int, list[str], bool]:
    """Return the header's row number, its cells, cleaned, without the blank ones at the end, and whether it
    has a second row.

    The row with most known headers is it; with none known anywhere, the first that is as wide as
    the table. `wanted` names a row and is then believed. A header of two rows ("Name" above "First" and
    "Last") is one, with the number of the second.
    """
    if wanted:
        index = next((i for i, row in enumerate(rows) if row[0] == wanted), None)
        if index is None:
            raise DomainError(f"Row {wanted:,} cannot be the header: it is empty.")
    else:
        index = _likeliest(rows, known)
        if index + 1 < len(rows) and _is_second(rows[index], rows[index + 1], known):
            index += 1
    number, cells = rows[index]
    if index and _is_second(rows[index - 1], rows[index], known):
        return number, _trimmed(_merged(rows[index - 1][1], cells)), True
    return number, _trimmed(cells), False


def _likeliest(rows: list[tuple[int, list[str]]], known: Callable[[str], bool]) -> int:
    scores = [sum(known(clean_header(cell)) for cell in cells) for _, cells in rows]
    best = max(scores)
    if best:
        return scores.index(best)
    filled = [sum(1 for cell in cells if cell.strip()) for _, cells in rows]
    return next(i for i, n in enumerate(filled) if n == max(filled) or n > 1)


def _is_second(
    top: tuple[int, list[str]], bottom: tuple[int, list[str]], known: Callable[[str], bool]
) -> bool:
    """Tell whether a row continues the header above it: it names columns, and is blank where the
    header is complete.
    """
    if bottom[0] != top[0] + 1:
        return False
    above = [clean_header(cell) for cell in top[1]]
    below = [clean_header(cell) for cell in bottom[1]]
    named = [cell for cell in below if cell]
    left_out = [cell for i, cell in enumerate(above) if cell and not (i < len(below) and below[i])]
    return (
        len(named) > 1
        and all(map(known, named))
        and any(map(known, left_out))
        and not any(map(known, (a for a, b in zip(above, below, strict=False) if a and b)))
    )


def _merged(top: list[str], bottom: list[str]) -> list[str]:
    width = max(len(top), len(bottom))
    upper, lower = (cells + [""] * (width - len(cells)) for cells in (top, bottom))
    return [low if low.strip() else high for high, low in zip(upper, lower, strict=True)]


def _trimmed(cells: list[str]) -> list[str]:
    headers = [clean_header(cell) for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    return headers


def header_notes(found: Findings, *, is_double: bool = False) -> list[str]:
    """Return notes for the agent: a late header, repeated headers, blank ones."""
    notes = []
    if is_double:
        notes.append(
            f"The header takes two rows, {found.header_row - 1:,} and {found.header_row:,}."
        )
    elif found.header_row > 1:
        notes.append(f"The header is in row {found.header_row:,}. The rows above it are ignored.")
    notes += repeated_headers(found.headers)
    blank = [str(i + 1) for i, each in enumerate(found.headers) if not each]
    if blank:
        columns = "column" if len(blank) == 1 else "columns"
        notes.append(f"There is no header above {columns} {', '.join(blank)}.")
    return notes + missing_header(found.headers)


def missing_header(headers: list[str]) -> list[str]:
    """Return a sentence where the header looks like a row of the table."""
    address = next(filter(_is_address, headers), "")
    if not address:
        return []
    return [
        f"The header holds “{address}”, as if it were a row of the table. If the file has no "
        "header, add a row with the names of the columns above."
    ]


def _is_address(text: str) -> bool:
    """Tell whether the text is an e-mail address, which no column is called."""
    name, at, domain = text.partition("@")
    return bool(name and at and "." in domain.strip(".") and " " not in text)


def repeated_headers(headers: list[str]) -> list[str]:
    """Return a sentence for each header of more than one column."""
    sentences = []
    for folded, times in Counter(h.casefold() for h in headers if h).items():
        if times > 1:
            places = [str(i + 1) for i, each in enumerate(headers) if each.casefold() == folded]
            header = headers[int(places[0]) - 1]
            sentences.append(
                f"The header “{header}” appears {times} times, in columns {', '.join(places)}."
            )
    return sentences


_SHOWN = 30


def columns_in_words(headers: list[str]) -> str:
    """Describe the file's columns; if each line is in one cell, say what to do."""
    if len(headers) == 1 and sum(headers[0].count(mark) for mark in ",;\t|") > 1:
        return (
            "The file has one column, and its header looks like several: each line seems "
            "to be quoted as a whole. Remove these quotes, or save the file as CSV again."
        )
    more = f" and {len(headers) - _SHOWN:,} more" if len(headers) > _SHOWN else ""
    named = ", ".join(f"“{each}”" if each else "(blank)" for each in headers[:_SHOWN])
    return f"The file has these columns: {named}{more}."
