"""Values as they may stand in a spreadsheet's cells."""

from typing import Any

# What makes a spreadsheet take a text for a formula; the wide forms are taken for the narrow ones.
_STARTERS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001


def defused(value: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula; other types as they are.

    Such a text gets an apostrophe in front, which spreadsheets do not show.
    """
    if isinstance(value, str) and value.startswith(_STARTERS):
        return f"'{value}"
    return value
