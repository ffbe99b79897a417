"""Similarity of texts, in percent. rapidfuzz is imported at the first call: exports and most
imports never need it.
"""

from collections.abc import Iterable, Mapping


def similarity(one: str, other: str) -> float:
    # Loaded with the first question, see above.
    from rapidfuzz import fuzz

    return fuzz.ratio(one, other)


def most_like(text: str, among: Iterable[str], *, least: float) -> str | None:
    """Return the most similar text in `among`, if it is at least this similar."""
    # Loaded with the first question, see above.
    from rapidfuzz import fuzz, process

    found = process.extractOne(text, among, scorer=fuzz.ratio, score_cutoff=least)
    return found[0] if found else None


def keys_of_most_like[Key](
    text: str, among: Mapping[Key, str], *, least: float, limit: int
) -> list[tuple[Key, float]]:
    """Return the keys of the most similar texts and their similarity, best first."""
    # Loaded with the first question, see above.
    from rapidfuzz import fuzz, process

    found = process.extract(text, among, scorer=fuzz.ratio, limit=limit, score_cutoff=least)
    return [(key, score) for _, score, key in found]
