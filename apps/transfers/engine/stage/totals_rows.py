"""Finds rows below a table that are not records: a line of totals, and notes below it."""

import re

from apps.transfers.engine.cells.problems import Problem
from apps.transfers.reading import Row
from apps.transfers.reading.sheet import NO_RESULT
from apps.transfers.word_keys import fold_word

_LOOKED_AT = 8
_TOTAL_WORDS = """total totals subtotal subtotals sum summe gesamt gesamtsumme gesamtzahl anzahl zwischensumme
    totaux somme suma totale totaal totalt count итого всего 合計 总计"""
# What stands beside them in such a line: what was counted, and how.
_WORDS_BESIDE = """grand sub general geral of in all rows records entries lines count number members people
    persons users contacts students employees organizations organisations committees companies projects tasks
    mitglieder personen zeilen membres lignes miembros filas membri randuri leden medlemmar участников строк"""
_TOTAL, _BESIDE = frozenset(_TOTAL_WORDS.split()), frozenset(_WORDS_BESIDE.split())
_NUMBER = re.compile(r"[$€£¥]? ?-?\d[\d.,'\u2019\s]*%?")


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
    return _is_label(filled[0]) and all(map(_is_sum, filled[1:]))


def _is_label(cell: str) -> bool:
    """A word for a total, alone or with what was counted: "Grand total", "Total: 59 members"."""
    words = fold_word(cell).split()
    return not _TOTAL.isdisjoint(words) and all(
        word in _TOTAL or word in _BESIDE or word.isdecimal() for word in words
    )


def _is_sum(cell: str) -> bool:
    """A number, with what was counted ("59 members"), or a formula without a stored result."""
    if cell == NO_RESULT:
        return True
    number = _NUMBER.match(cell)
    return number is not None and _BESIDE.issuperset(fold_word(cell[number.end() :]).split())
