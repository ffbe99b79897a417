"""Makes texts safe for spreadsheet cells, and restores them.

A text that a spreadsheet would run as a formula gets an apostrophe in front of the character that
makes it one: its first character, or one after a separator. Where lists are separated by
semicolons, a program splits `Foo;=cmd|…` of a file with commas into two cells, quoted or not.
Blanks and quotation marks in between make no difference.

`restored()` removes exactly the apostrophes that `defused()` adds, of which there may be several,
so that an exported text is imported unchanged.
"""

import re
from typing import Any

from psycopg.sql import SQL, Composable, Literal

# Spreadsheets read the full-width characters like the narrow ones.
_SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
_SEPARATORS = ";,|\t\r\n"
_FIRST = f"{_SIGNS}\t\r\n"
# What a spreadsheet would read as a number. An import reads an apostrophe before it as the mark
# of a text.
NUMBER_LIKE = "[0-9](?:[0-9 .,/:()+-]*|[0-9A-Za-z.,/:()+-]*)"


def _pattern(apostrophe: str) -> str:
    """Return the pattern of both directions, for Python and PostgreSQL alike."""
    first, signs, separators = map(re.escape, (_FIRST, _SIGNS, _SEPARATORS))
    return (
        f"\\A([ \"]*){apostrophe}(?='*[{first}])"
        f"|(?<=[{separators}])([ \"]*){apostrophe}(?='*[{signs}])"
        f"|\\A{apostrophe}(?='+{NUMBER_LIKE}\\Z)"
    )


_TO_DEFUSE = re.compile(_pattern(""))
_TO_RESTORE = re.compile(_pattern("'"))


def defused(value: object) -> Any:
    """Return a text that no spreadsheet runs as a formula; other types are unchanged."""
    return _TO_DEFUSE.sub(r"\1\2'", value) if isinstance(value, str) else value


def restored(text: str) -> str:
    """Return the text that `defused()` was given."""
    return _TO_RESTORE.sub(r"\1\2", text) if "'" in text else text


def defused_sql(text: Composable) -> Composable:
    """Return the SQL of `defused()` for a text column.

    The pattern takes ten times as long as all else of an export. So texts without any of its characters,
    nearly all, are found by comparing characters, and those that only begin with one, such as phone
    numbers, by a pattern that does not look around.
    """
    return SQL(
        "CASE WHEN NOT ({suspicious}) THEN {text} WHEN {text} ~ {simple} THEN {apostrophe} || {text} "
        "ELSE regexp_replace({text}, {pattern}, {replacement}, 'g') END"
    ).format(
        text=text,
        suspicious=_suspicious(text),
        simple=Literal(f"^[{re.escape(_SIGNS)}][^{re.escape(_SEPARATORS)}]*$"),
        apostrophe=Literal("'"),
        pattern=Literal(_pattern("")),
        replacement=Literal("\\1\\2'"),
    )


def _suspicious(text: Composable) -> Composable:
    """Return the condition that a text has a character at which the pattern may begin."""
    first = SQL(", ").join(Literal(ord(each)) for each in f"{_FIRST} \"'")
    separators = SQL(" + ").join(
        SQL("strpos({}, {})").format(text, Literal(each)) for each in _SEPARATORS
    )
    return SQL("ascii({}) IN ({}) OR {} > 0").format(text, first, separators)
