"""Readers of text cells: addresses, slugs, phone numbers, IDs, and spreadsheet errors."""

import re

from django.core.exceptions import ValidationError
from django.utils.text import slugify

from apps.core.fields import fold_email, validate_address
from apps.transfers.engine.cells.problems import CellError

_LOSSY = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d+")
_WHOLE = re.compile(r"(\d+)\.0+")
_SPREADSHEET_ERRORS = {
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!",
    "#GETTING_DATA", "#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#BUSY!", "#CONNECT!", "#EXTERNAL!", "#PYTHON!",
    "#TIMEOUT!", "#ERROR!",
}  # fmt: skip
SIMPLE_EMAIL = (
    r"[A-Za-z0-9!#$%&*+/=?^_{|}~-]+(?:\.[A-Za-z0-9!#$%&*+/=?^_{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_SIMPLE_EMAIL = re.compile(SIMPLE_EMAIL)
_NAMED_EMAIL = re.compile(r"[^<>@]*<\s*([^<>]+@[^<>\s]+)\s*>")
_MAILTO = re.compile(r"mailto:\s*", re.IGNORECASE)
_SLUG = re.compile(r"[-a-zA-Z0-9_]+")
_PHONE = re.compile(r"[\d\s()+./\-\u2013#*,;:extEXTondrufaNDRUFA]+")
# Hyphens and minus signs that word processors and web pages put between digits.
HYPHENS = "\u2010\u2011\u2012\u2212"
_PLAIN_HYPHENS = dict.fromkeys(map(ord, HYPHENS), "-")


def reject_spreadsheet_error(text: str) -> None:
    if text[0] == "#":
        if text.upper() in _SPREADSHEET_ERRORS:
            raise CellError("error", f"{text} is a spreadsheet error, not a value.")
        if text == "#NO RESULT":
            raise CellError(
                "formula",
                "The formula has no stored result. Open the workbook in a spreadsheet and save it.",
            )


def exact_digits(text: str) -> str:
    """Return the intended ID: "123.0" is 123; "1.23457E+15" has lost its digits."""
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
        # Only ASCII, for which this equals `fold_email` and is much faster.
        return text.lower()
    named = _NAMED_EMAIL.fullmatch(text)
    text = _MAILTO.sub("", named[1] if named else text, count=1)
    if text.count("@") > 1:
        raise CellError("two", "There is more than one address in the cell. Keep one.")
    try:
        validate_address(text)
    except ValidationError:
        hint = re.sub(r"\s+|[,;.]+$", "", text)
        suggestion = hint if hint != text and _SIMPLE_EMAIL.fullmatch(hint) else ""
        raise CellError("invalid", f"“{text}” is not an e-mail address.", suggestion) from None
    return fold_email(text)


def plain_address(text: str) -> str:
    """Return the e-mail address inside a text; other text is unchanged, to be looked up."""
    try:
        return read_email(text)
    except CellError:
        return text


def read_slug(text: str) -> str:
    text = exact_digits(text)
    if not _SLUG.fullmatch(text):
        raise CellError(
            "invalid",
            f"“{text}” is not a slug. Use letters, digits, hyphens, and underscores.",
            slugify(text),
        )
    return text


def read_phone(text: str) -> str:
    text = exact_digits(text.translate(_PLAIN_HYPHENS))
    if text[:4].lower() == "tel:":
        text = text[4:].strip()
    if not _PHONE.fullmatch(text) or sum(map(str.isdigit, text)) < 3:
        raise CellError("invalid", f"“{text}” is not a phone number.")
    return text
