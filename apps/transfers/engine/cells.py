"""From a cell's text to a value, by the kind of its column.

Each reader gets a trimmed, non-empty text without control characters and returns the text that is
staged; it raises CellError where the text cannot be that. Nothing is guessed: what has two readings is
refused with both.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify

from apps.core.fields import fold_email
from apps.transfers.declarations import Column, Kind
from apps.transfers.engine.likeness import most_like
from apps.transfers.engine.problems import CellError
from apps.transfers.engine.words import fold_word, relation_key

Reader = Callable[[str], str]

_LOSSY = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d+")
# Digits before or after the mark; no column holds more.
_MAGNITUDE = 60
_WHOLE = re.compile(r"(\d+)\.0+")
_SPREADSHEET_ERRORS = {
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!",
    "#GETTING_DATA", "#FIELD!",
}  # fmt: skip
SIMPLE_EMAIL = (
    r"[A-Za-z0-9!#$%&*+/=?^_{|}~-]+(?:\.[A-Za-z0-9!#$%&*+/=?^_{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_SIMPLE_EMAIL = re.compile(SIMPLE_EMAIL)
_NAMED_EMAIL = re.compile(r"[^<>@]*<\s*([^<>\s]+@[^<>\s]+)\s*>")
_SLUG = re.compile(r"[-a-zA-Z0-9_]+")
_PHONE = re.compile(r"[\d\s()+./\-\u2013#*,;:extEXTondrufaNDRUFA]+")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?(?:\.0+)?Z?)?")
_PARTS = re.compile(r"(\d{1,4})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{1,4})")
_NAMED_MONTH = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y")
_TRUE = {"true", "t", "yes", "y", "1", "x", "on", "oui", "ja", "si", "sí", "sim", "wahr", "vrai", "✓", "✔"}  # fmt: skip
_FALSE = {"false", "f", "no", "n", "0", "off", "non", "nein", "não", "falsch", "faux"}


def reject_spreadsheet_error(text: str) -> None:
    if text[0] == "#":
        if text in _SPREADSHEET_ERRORS:
            raise CellError("error", f"{text} is a spreadsheet's error, not a value.")
        if text == "#NO RESULT":
            raise CellError(
                "formula",
                "The formula has no stored result. Open the workbook in a spreadsheet and save it.",
            )


def exact_digits(text: str) -> str:
    """Return an id as it was meant: "123.0" is 123; "1.23457E+15" has lost its digits."""
    if text[0] in "0123456789+-":
        if _LOSSY.fullmatch(text):
            raise CellError(
                "lossy",
                f"“{text}” is a rounded number: a spreadsheet has lost its digits. "
                "Format the column as text and enter it again.",
            )
        whole = _WHOLE.fullmatch(text)
        if whole:
            return whole[1]
    return text


def read_email(text: str) -> str:
    if _SIMPLE_EMAIL.fullmatch(text):
        # ASCII alone, for which this is `fold_email`, and much quicker.
        return text.lower()
    text = text.removeprefix("mailto:").strip()
    named = _NAMED_EMAIL.fullmatch(text)
    if named:
        text = named[1]
    if text.count("@") > 1:
        raise CellError("two", "There is more than one address in the cell. Keep one.")
    try:
        validate_email(text)
    except ValidationError:
        hint = re.sub(r"\s+|[,;.]+$", "", text)
        suggestion = hint if hint != text and _SIMPLE_EMAIL.fullmatch(hint) else ""
        raise CellError("invalid", f"“{text}” is no e-mail address.", suggestion) from None
    return fold_email(text)


def read_slug(text: str) -> str:
    text = exact_digits(text)
    if not _SLUG.fullmatch(text):
        raise CellError(
            "invalid",
            f"“{text}” is no slug: letters, digits, hyphens and underscores.",
            slugify(text),
        )
    return text


def read_phone(text: str) -> str:
    text = exact_digits(text)
    if not _PHONE.fullmatch(text) or sum(map(str.isdigit, text)) < 3:
        raise CellError("invalid", f"“{text}” is no phone number.")
    return text


def choice_reader(column: Column, words: dict[str, str]) -> Reader:
    """Read a choice by its value, its label, the dataset's words, or the run's own (`words`)."""
    known: dict[str, str] = {}
    for value, meant in column.words.items():
        known |= {fold_word(each): value for each in meant}
    for value, label in column.choices:
        known |= {fold_word(label): value, fold_word(value): value}
    own = {fold_word(word): value for word, value in words.items()}

    def read(text: str) -> str:
        folded = fold_word(text)
        value = own.get(folded, known.get(folded))
        if value is None:
            like = most_like(folded, known, least=75)
            raise CellError(
                "unknown",
                f"“{text}” is not a known {column.label.lower()}. Say what it means.",
                known[like] if like else "",
            )
        if value == "":
            raise CellError("unwanted", f"“{text}” was marked as not to be imported.")
        return value

    return read


def date_reader(order: str) -> Reader:
    """`order` is dmy, mdy, ymd or "": then only dates with one reading are taken."""

    def read(text: str) -> str:
        iso = _ISO.fullmatch(text)
        if iso:
            return _date(int(iso[1]), int(iso[2]), int(iso[3]), text)
        parts = _PARTS.fullmatch(text)
        if not parts:
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
        year = third if len(parts[4]) == 4 else 2000 + third
        if order == "ymd" and len(parts[4]) <= 2:
            return _date(2000 + first, second, third, text)
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


def number_reader(
    mark: str,
    *,
    whole: bool,
    bounds: tuple[int | None, int | None] = (None, None),
    digits: tuple[int, int] | None = None,
) -> Reader:
    """Read numbers with "." or "," as decimal mark; `mark` decides where a number has two readings.

    `bounds` and `digits` (before and after the mark) are what the record can hold.
    """

    def read(text: str) -> str:
        plain = text.replace(" ", "").replace("\u202f", "").replace("'", "").replace("\u2019", "")
        if not re.fullmatch(r"[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?", plain):
            raise CellError("invalid", f"“{text}” is no number.")
        decimal_mark = mark or _decimal_mark(plain, text)
        other = "," if decimal_mark == "." else "."
        head, _, tail = plain.partition(decimal_mark)
        if other in tail or decimal_mark in tail or not _grouped(head, other):
            raise CellError("invalid", f"“{text}” is no number.")
        try:
            value = Decimal(
                f"{head.replace(other, '')}.{tail or '0'}" if tail else head.replace(other, "")
            )
        except InvalidOperation:
            raise CellError("invalid", f"“{text}” is no number.") from None
        if value and not -_MAGNITUDE < value.adjusted() < _MAGNITUDE:
            # "1E999999999" is a number that nobody could write out.
            raise CellError("range", f"“{text}” is beyond all that can be counted.")
        if whole:
            if value != value.to_integral_value():
                raise CellError("invalid", f"“{text}” is no whole number.")
            return _bounded(int(value), bounds, text)
        if digits is not None:
            _check_digits(value, digits, text)
        return format(value, "f")

    return read


def _bounded(value: int, bounds: tuple[int | None, int | None], text: str) -> str:
    least, greatest = bounds
    if least is not None and value < least:
        raise CellError("range", f"“{text}” is too small: at least {least:,}.")
    if greatest is not None and value > greatest:
        raise CellError("range", f"“{text}” is too large: at most {greatest:,}.")
    return str(value)


def _check_digits(value: Decimal, digits: tuple[int, int], text: str) -> None:
    before, after = digits
    if abs(value) >= Decimal(10) ** before:
        raise CellError("range", f"“{text}” is too large: at most {before} digits before the mark.")
    if value != value.quantize(Decimal(1).scaleb(-after), context=Context(prec=100)):
        raise CellError("range", f"“{text}” has too many decimals: at most {after} are kept.")


def _decimal_mark(plain: str, text: str) -> str:
    if "," in plain and "." in plain:
        return "," if plain.rindex(",") > plain.rindex(".") else "."
    if plain.count(",") > 1:
        return "."
    if plain.count(".") > 1:
        return ","
    if "," in plain:
        if re.fullmatch(r"[+-]?\d{1,3},\d{3}", plain):
            raise CellError(
                "ambiguous",
                f"“{text}” has two readings: {plain.replace(',', '')} or {plain.replace(',', '.')}. "
                "Say which mark begins the decimals.",
            )
        return ","
    return "."


def _grouped(head: str, separator: str) -> bool:
    groups = head.lstrip("+-").split(separator)
    return len(groups) == 1 or (
        1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    )


def read_boolean(text: str) -> str:
    folded = text.casefold()
    if folded in _TRUE:
        return "true"
    if folded in _FALSE:
        return "false"
    raise CellError("unknown", f"“{text}” is neither yes nor no.")


def reader_for(
    column: Column, *, words: dict[str, str], date_order: str, decimal_mark: str
) -> Reader:
    """Return the function that reads one cell of a column."""
    match column.kind:
        case Kind.EMAIL:
            return read_email
        case Kind.SLUG:
            return read_slug
        case Kind.PHONE:
            return read_phone
        case Kind.CHOICE:
            return choice_reader(column, words)
        case Kind.DATE:
            return date_reader(date_order)
        case Kind.INTEGER:
            return number_reader(decimal_mark, whole=True, bounds=column.bounds)
        case Kind.DECIMAL:
            return number_reader(decimal_mark, whole=False, digits=column.digits)
        case Kind.BOOLEAN:
            return read_boolean
        case Kind.RELATION:
            return _relation_reader(words)
        case _:
            return exact_digits if column.is_id else str


def _relation_reader(words: dict[str, str]) -> Reader:
    if not words:
        return exact_digits
    own = {relation_key(word): value for word, value in words.items()}

    def read(text: str) -> str:
        value = own.get(relation_key(text))
        if value == "":
            raise CellError("unwanted", f"“{text}” was marked as not to be imported.")
        return exact_digits(text) if value is None else value

    return read
