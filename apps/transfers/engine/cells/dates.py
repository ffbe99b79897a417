"""Cells that say a day."""

import re
from collections.abc import Callable
from datetime import date, datetime

from apps.transfers.engine.problems import CellError

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?(?:\.0+)?Z?)?")
_PARTS = re.compile(r"(\d{1,4})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{1,4})")
_NAMED_MONTH = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y")
_SHORT_YEAR = re.compile(r"(\d{1,2}[ -][A-Za-z]{3}[ -])(\d{2})")


def date_reader(order: str) -> Callable[[str], str]:
    """`order` is dmy, mdy, ymd or "": then only dates with one reading are taken."""

    def read(text: str) -> str:
        iso = _ISO.fullmatch(text)
        if iso:
            return _date(int(iso[1]), int(iso[2]), int(iso[3]), text)
        parts = _PARTS.fullmatch(text)
        if not parts:
            short = _SHORT_YEAR.fullmatch(text)
            if short:
                text = f"{short[1].replace(' ', '-')}{_year(short[2], text)}"
            for pattern in _NAMED_MONTH:
                try:
                    # A date has no zone.
                    return datetime.strptime(text, pattern).date().isoformat()
                except ValueError:
                    continue
            raise CellError("invalid", f"“{text}” is no date. Write it like 2026-04-30.")
        first, mark, second, third = int(parts[1]), parts[2], int(parts[3]), int(parts[4])
        if len(parts[1]) == 4:
            return _date(first, second, third, text)
        if order == "ymd" and len(parts[4]) <= 2:
            return _date(_year(parts[1], text), second, third, text)
        year = _year(parts[4], text)
        if order == "dmy" or (not order and (first > 12 or mark == ".")):
            return _date(year, second, first, text)
        if order == "mdy" or (not order and (second > 12 or first == second)):
            return _date(year, first, second, text)
        raise CellError(
            "ambiguous",
            f"“{text}” has two readings: {_say(year, second, first)} or {_say(year, first, second)}. "
            "Say whether the column has the day or the month first.",
        )

    return read


def _year(digits: str, text: str) -> int:
    """A year of two digits is of this century, as far as a date that is kept today may lie ahead."""
    year = int(digits)
    if len(digits) == 4:
        return year
    if len(digits) != 2 or year >= 70:
        raise CellError("invalid", f"“{text}” leaves the century open. Write it like 2026-04-30.")
    return 2000 + year


def _date(year: int, month: int, day: int, text: str) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise CellError("invalid", f"“{text}” is no date of the calendar.") from None


def _say(year: int, month: int, day: int) -> str:
    try:
        return f"{date(year, month, day):%-d %B %Y}"
    except ValueError:
        return "no date"
