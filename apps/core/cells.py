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
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_SEPARATORS = ";,|\\t\\r\\n"
_FIRST = f"{_SIGNS}\\t\\r\\n"
# What a spreadsheet would read as a number. An import reads an apostrophe before it as the mark
# of a text.
NUMBER_LIKE = "[0-9](?:[0-9 .,/:()+-]*|[0-9A-Za-z.,/:()+-]*)"


def _pattern(apostrophe: str) -> str:
    """Return the pattern of both directions, for Python and PostgreSQL alike."""
    return (
        f"\\A([ \"]*){apostrophe}(?='*[{_FIRST}])"
        f"|(?<=[{_SEPARATORS}])([ \"]*){apostrophe}(?='*[{_SIGNS}])"
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
    """Return the SQL of `defused()` for a text column; only suspicious texts are checked twice."""
    return SQL(
        "CASE WHEN {text} ~ {suspicious} THEN regexp_replace({text}, {pattern}, {replacement}, 'g') "
        "ELSE {text} END"
    ).format(
        text=text,
        suspicious=Literal(f"^[{_FIRST} \"']|[{_SEPARATORS}]"),
        pattern=Literal(_pattern("")),
        replacement=Literal("\\1\\2'"),
    )
