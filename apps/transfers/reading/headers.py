"""The header: which row it is, and what is odd about it."""

from collections import Counter
from collections.abc import Callable

from apps.core.errors import DomainError
from apps.transfers.options import Findings

_INVISIBLE = dict.fromkeys(
    map(
        ord,
        "\ufeff\u200b\u2060\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    None,
)


def clean_header(cell: str) -> str:
    return " ".join(cell.translate(_INVISIBLE).replace("\x00", "").split())


def find_header(
    rows: list[tuple[int, list[str]]], wanted: int, known: Callable[[str], bool]
) -> tuple[int, list[str]]:
    """Return the header's row number and its cells, cleaned, without the blank ones at the end.

    The row with most known headers is it; with none known anywhere, the first that is as wide as
    the table. `wanted` names a row and is then believed.
    """
    if wanted:
        found = next((row for row in rows if row[0] == wanted), None)
        if found is None:
            raise DomainError(f"Row {wanted:,} cannot be the header: nothing stands in it.")
        return found[0], _trimmed(found[1])
    scores = [sum(known(clean_header(cell)) for cell in cells) for _, cells in rows]
    best = max(scores)
    if best:
        number, cells = rows[scores.index(best)]
        return number, _trimmed(cells)
    filled = [sum(1 for cell in cells if cell.strip()) for _, cells in rows]
    number, cells = rows[next(i for i, n in enumerate(filled) if n == max(filled) or n > 1)]
    return number, _trimmed(cells)


def _trimmed(cells: list[str]) -> list[str]:
    headers = [clean_header(cell) for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    return headers


def header_notes(found: Findings) -> list[str]:
    """Say what an agent should know: a late header, headers that stand twice, blank ones."""
    notes = []
    if found.header_row > 1:
        notes.append(f"The header is in row {found.header_row:,}; what stands above is not read.")
    notes += repeated_headers(found.headers)
    blank = [str(i + 1) for i, each in enumerate(found.headers) if not each]
    if blank:
        notes.append(f"No header stands above column {', '.join(blank)}.")
    return notes


def repeated_headers(headers: list[str]) -> list[str]:
    """Return a sentence for each header that stands above more than one column."""
    sentences = []
    for folded, times in Counter(h.casefold() for h in headers if h).items():
        if times > 1:
            places = [str(i + 1) for i, each in enumerate(headers) if each.casefold() == folded]
            header = headers[int(places[0]) - 1]
            sentences.append(
                f"The header “{header}” stands {times} times: columns {', '.join(places)}."
            )
    return sentences
