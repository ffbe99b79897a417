"""Compares words without case, spaces, punctuation, accents, and Unicode forms."""

import re
import unicodedata
from functools import lru_cache

_OTHER = re.compile(r"[^\w]+")
# The accents of European scripts. In others, such as Japanese, marks make another letter.
_ACCENTS = re.compile("[\u0300-\u036f]+")
# Letters that Unicode does not decompose, and their replacements on other keyboards.
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
    """Return the key of a relation column's word: case and spaces are ignored, but marks are not,
    as "A-1" and "A 1" may be two records.
    """
    return " ".join(text.split()).casefold()
