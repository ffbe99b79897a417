"""How the checks put names into sentences."""

from collections.abc import Iterable
from difflib import get_close_matches


def quoted(name: str) -> str:
    return f"“{name}”"


def quoted_names(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a suggestion for an unknown name, as the end of a sentence."""
    known = list(known)
    # The name of a relation's field means its column.
    close = [k for k in known if k == f"{name}_id"] or get_close_matches(name, known, n=1)
    return f" Did you mean {quoted(close[0])}?" if close else f" There are {quoted_names(known)}."
