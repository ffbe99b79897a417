"""One way to compare what people write: case, spaces, punctuation, accents and Unicode forms do not count."""

import re
import unicodedata
from functools import lru_cache

_OTHER = re.compile(r"[^\w]+")
# The accents of the European scripts. The marks of others, as of Japanese, make another letter.
_ACCENTS = re.compile("[\u0300-\u036f]+")
# Letters that Unicode takes for whole ones, and that a keyboard without them replaces.
_WHOLE = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d"})


@lru_cache(maxsize=8192)
def fold_word(text: str) -> str:
    """Return "co chair" for "Co-Chair", "e mail" for " E-mail: ", "presedinte" for "Preşedinte".

    Accents do not count, as many exports lose them and Romanian and Turkish files have two
    letters for one: "ş" and "ș".
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", folded)).translate(_WHOLE)
    return _OTHER.sub(" ", unicodedata.normalize("NFC", plain).replace("_", " ")).strip()


def relation_key(text: str) -> str:
    """How a word of a relation column is remembered: case and spaces do not count, but marks do,
    as "A-1" and "A 1" may be two records."""
    return " ".join(text.split()).casefold()
