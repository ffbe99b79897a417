"""Finds rows below a table that are not records: a line of totals, and notes below it."""

import re

from apps.transfers.engine.cells.problems import Problem
from apps.transfers.reading import Row
from apps.transfers.reading.sheet import NO_RESULT
from apps.transfers.word_keys import fold_word

_LOOKED_AT = 8
_TOTAL = re.compile(
    r"(?:grand |sub ?)?(?:totals?|sum|summe|gesamt|gesamtsumme|gesamtzahl|anzahl|zwischensumme|totaux"
    r"|somme|suma|totale|totaal|totalt|count|итого|всего|合計|总计)"
    r"(?: (?:general|g[ée]n[ée]ral|geral|of|rows|records|entries|count|number|members|people|persons|users"
    r"|organi[sz]ations|committees|projects|tasks))*(?: \d+)*"
)


def last_lines(batch: list[Row], width: int) -> list[tuple[int, Problem]]:
    """Return the rows at the end of the file that are not records, from the line of totals on."""
    start = max(len(batch) - _LOOKED_AT, 0)
    for index in range(start, len(batch)):
        if _is_total(batch[index][1], width):
            below = batch[index + 1 :]
            if all(_filled(cells)[1:] == [] or _is_total(cells, width) for _, cells in below):
                return [_problem(number, cells, width) for number, cells in batch[index:]]
    return []


def _problem(number: int, cells: list[str], width: int) -> tuple[int, Problem]:
    word = next(iter(_filled(cells)), "")
    if _is_total(cells, width):
        return number, Problem("total", "", "The row is a line of totals.", word)
    return number, Problem("total", "", "The row is below a line of totals.", word)


def _filled(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]


def _is_total(cells: list[str], width: int) -> bool:
    filled = _filled(cells)
    if not filled or len(filled) > max(2, width // 2) or (width > 1 and len(filled) == width):
        return False
    return bool(_TOTAL.fullmatch(fold_word(filled[0]))) and all(map(_is_sum, filled[1:]))


def _is_sum(cell: str) -> bool:
    """A number, or a formula without a stored result."""
    return cell == NO_RESULT or cell.replace(",", "").replace(".", "").isdigit()
