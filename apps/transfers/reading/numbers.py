"""A workbook's numbers as the text that a person sees: dates, leading zeros, long ids."""

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_BUILT_IN_DATES = {14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47}
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_PREFIXED = re.compile(r'"([^"]+)"(0+)(?:;.*)?')
_ZEROS = re.compile(r"0{2,}")
# A spreadsheet keeps 15 digits; of a longer whole number the rest is lost.
_EXACT = 10**15


@dataclass(frozen=True)
class CellStyle:
    is_date: bool = False
    zeros: int = 0
    # What the format writes before the digits: "C-" in "C-0042".
    prefix: str = ""


def cell_style(number: int, code: str) -> CellStyle:
    """Return what a number format means: a date, or a fixed number of digits ("00000")."""
    if number in _BUILT_IN_DATES:
        return CellStyle(is_date=True)
    named = _PREFIXED.fullmatch(code)
    if named:
        return CellStyle(zeros=len(named[2]), prefix=named[1])
    plain = _QUOTED.sub("", code.split(";")[0]).strip()
    if _ZEROS.fullmatch(plain):
        return CellStyle(zeros=len(plain))
    is_date = bool(re.search(r"[ymdhs]", plain, re.IGNORECASE)) and "general" not in plain.lower()
    return CellStyle(is_date=is_date)


def number_text(text: str, style: CellStyle | None, date1904: bool) -> str:
    """Return the cell's text; a number that has lost digits keeps its exponent, to be refused."""
    if style is None or not (style.is_date or style.zeros):
        if text.isdecimal() and len(text) <= 15:
            return text
        return _plain(_finite(text))
    value = _finite(text)
    if style.zeros:
        return style.prefix + _plain(value).zfill(style.zeros)
    return _date(value, date1904)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _plain(value: float) -> str:
    if value.is_integer():
        return str(int(value)) if abs(value) < _EXACT else f"{value:.15g}".upper()
    return repr(value)


def _date(value: float, date1904: bool) -> str:
    """The 1900 calendar counts a 29 February 1900 that never was; the 1904 one begins later."""
    if not 0 <= value < 2_958_466 or (not date1904 and 60 <= value < 61):
        return _plain(value)
    start = datetime(1904, 1, 1) if date1904 else datetime(1899, 12, 30)
    moment = start + timedelta(seconds=round(value * 86_400))
    if not date1904 and value < 60:
        moment += timedelta(days=1)
    if moment.time() == datetime.min.time():
        return moment.date().isoformat()
    return moment.isoformat(sep=" ")
