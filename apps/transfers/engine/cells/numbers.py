"""Readers of cells with a number, with "." or "," as the decimal mark."""

import re
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation

from apps.transfers.engine.cells.problems import CellError

# Digits before or after the mark; no column has more.
_MAGNITUDE = 60


def number_reader(
    mark: str,
    *,
    whole: bool,
    bounds: tuple[int | None, int | None] = (None, None),
    digits: tuple[int, int] | None = None,
) -> Callable[[str], str]:
    """Read numbers with "." or "," as the decimal mark; `mark` decides if both are possible.

    `bounds` and `digits` (before and after the mark) are the limits of the record's field.
    """

    def read(text: str) -> str:
        plain = text.replace(" ", "").replace("\u202f", "").replace("'", "").replace("\u2019", "")
        if not re.fullmatch(r"[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?", plain):
            raise CellError("invalid", f"“{text}” is not a number.")
        decimal_mark = mark or _decimal_mark(plain, text)
        other = "," if decimal_mark == "." else "."
        head, _, tail = plain.partition(decimal_mark)
        if other in tail or decimal_mark in tail or not _grouped(head, other):
            raise CellError("invalid", f"“{text}” is not a number.")
        try:
            value = Decimal(
                f"{head.replace(other, '')}.{tail or '0'}" if tail else head.replace(other, "")
            )
        except InvalidOperation:
            raise CellError("invalid", f"“{text}” is not a number.") from None
        if value and not -_MAGNITUDE < value.adjusted() < _MAGNITUDE:
            # "1E999999999" has too many digits to write out.
            raise CellError("range", f"“{text}” is too large.")
        if whole:
            if value != value.to_integral_value():
                raise CellError("invalid", f"“{text}” is not a whole number.")
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
        raise CellError(
            "range", f"“{text}” is too large: at most {before} digits before the decimal mark."
        )
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
                f"“{text}” can be read as {plain.replace(',', '')} or {plain.replace(',', '.')}. "
                "Choose the decimal mark.",
            )
        return ","
    return "."


def _grouped(head: str, separator: str) -> bool:
    groups = head.lstrip("+-").split(separator)
    return len(groups) == 1 or (
        1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    )
