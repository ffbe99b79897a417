"""A list's filters in words, read from its query string."""

from django.http import QueryDict


def filters_in_words(query: QueryDict) -> list[tuple[str, str]]:
    """Return the list's filters and search in words: ("search", "smith"), ("role", "owner")."""
    words = []
    for name in query:
        if name in ("o", "p", "all", "e", "profile"):
            continue
        label = "search" if name == "q" else name.split("__")[0].replace("_", " ")
        values = [value for value in query.getlist(name) if value]
        if values:
            words.append((label, ", ".join(values)))
    return words
