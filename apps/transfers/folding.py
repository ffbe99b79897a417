"""One way to compare what people write: case, spaces, punctuation and Unicode forms do not count."""

import re
import unicodedata
from functools import lru_cache

_OTHER = re.compile(r"[^\w]+")


@lru_cache(maxsize=8192)
def fold_word(text: str) -> str:
    """Return "co chair" for "Co-Chair", "e mail" for " E-mail: "."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _OTHER.sub(" ", folded.replace("_", " ")).strip()


def relation_key(text: str) -> str:
    """How a word of a relation column is remembered: case and spaces do not count, but marks do,
    as "A-1" and "A 1" may be two records."""
    return " ".join(text.split()).casefold()
