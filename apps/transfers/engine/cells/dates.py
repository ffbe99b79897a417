"""Readers of cells with a date."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from apps.transfers.engine.cells.months import MONTHS, NOISE
from apps.transfers.engine.cells.problems import CellError

# Midnight, as programs append it to a date. A date has no time zone: it is read as written.
_MIDNIGHT = re.compile(
    r"(?:[ T,]+|(?<=\d)T)(?:0{1,2}[:.]00(?:[:.]00(?:[.,]0+)?)?(?: ?AM| ?a\.m\.)?|12[:.]00(?:[:.]00(?:[.,]0+)?)? ?(?:AM|a\.m\.))"
    r"(?: ?(?:Z|UTC|GMT)? ?(?:[+-]\d{2}:?\d{2})?)(?: ?\([^)]*\))?(?=$| \d{4}$)",
    re.IGNORECASE,
)
_PARTS = re.compile(r"(\d{1,4})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?(?:\s*(?:г|р)\.?)?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
# .NET in JSON: milliseconds since 1970.
_TICKS = re.compile(r"\\?/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?/")
_DAY_MS = 86_400_000
_WORDS = re.compile(r"[^\W\d_]+|\d+")


def date_reader(order: str) -> Callable[[str], str]:
    """`order` is dmy, mdy, ymd, or "", which accepts only unambiguous dates."""

    def read(text: str) -> str:
        plain = _MIDNIGHT.sub("", text, count=1)
        parts = _PARTS.fullmatch(plain)
        if not parts:
            return _without_separators(plain, text)
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
            f"“{text}” can be read as {_say(year, second, first)} or {_say(year, first, second)}. "
            "Choose whether the day or the month comes first.",
        )

    return read


def _without_separators(plain: str, text: str) -> str:
    """Read 20260430, /Date(…)/, 2026年4月30日, and dates with the name of a month."""
    plain_date = _COMPACT.fullmatch(plain) or _EAST_ASIAN.fullmatch(plain)
    if plain_date:
        return _date(int(plain_date[1]), int(plain_date[2]), int(plain_date[3]), text)
    ticks = _TICKS.fullmatch(plain)
    if ticks and int(ticks[1]) % _DAY_MS == 0:
        return (
            (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(ticks[1])))
            .date()
            .isoformat()
        )
    return _named_month(plain, text)


def _named_month(plain: str, text: str) -> str:
    """Read "30 Apr 2026", "Thu, April 30th, 2026", "30. april 2026": a month, a day, a year, and
    nothing else.
    """
    words = _WORDS.findall(plain.casefold())
    months = [MONTHS[word] for word in words if word in MONTHS]
    numbers = [word for word in words if word.isdigit()]
    others = [word for word in words if not word.isdigit() and word not in MONTHS]
    if len(months) != 1 or len(numbers) != 2 or any(word not in NOISE for word in others):
        raise CellError("invalid", f"“{text}” is not a date. Write it like 2026-04-30.")
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    if len(day) > 2:
        raise CellError("invalid", f"“{text}” is not a date. Write it like 2026-04-30.")
    return _date(_year(year, text), months[0], int(day), text)


def _year(digits: str, text: str) -> int:
    """Two digits are a year of this century, unless that is too far in the future."""
    year = int(digits)
    if len(digits) == 4:
        return year
    if len(digits) != 2 or year >= 70:
        raise CellError("invalid", f"“{text}” doesn't say the century. Write it like 2026-04-30.")
    return 2000 + year


def _date(year: int, month: int, day: int, text: str) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise CellError("invalid", f"“{text}” doesn't exist in the calendar.") from None


def _say(year: int, month: int, day: int) -> str:
    try:
        return f"{date(year, month, day):%B %-d, %Y}"
    except ValueError:
        return "no date"
