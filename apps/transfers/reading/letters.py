"""How likely a word is a name of some language: by its letters, their neighbors, and its capitals.

The counts in `letters.json` are made of name lists, see `tests/transfers/encodings/train.py`. Only letters
beyond ASCII and their neighbors are weighed: the others are the same in every candidate encoding.
"""

import json
import math
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

DATA = Path(__file__).with_name("letters.json")

# Of letters and signs that no name of the language has.
_STRANGE_LETTER, _SIGN, _CONTROL = 2e-6, 2e-8, 1e-10
_APOSTROPHE, _TYPOGRAPHIC = 1e-3, 1e-5
_COMMON_IDEOGRAPH, _COMMON_SYLLABLE = 1 / 4000, 1 / 3000
# A Latin letter beside one of another script, as in "Forlм".
_MIXED_SCRIPTS = 1e-7
# A capital in the middle of a word.
_ODD_CAPITAL = math.log(1e-3)
_TYPOGRAPHIC_SIGNS = frozenset(
    "\u2018\u201c\u201d\u201e\u201a\u2013\u2014\u2026\u00a0\u00ab\u00bb\u00b0\u00ba\u00aa\u00a9\u00ae\u20ac\u00b7"
)
# Romanian is written with commas or, in the old code pages, with cedillas.
_SAME = str.maketrans("șțȘȚ", "şţŞŢ")
# How much a language's own pairs count against its letters alone.
_PAIR_WEIGHT = 8.0


def folded(word: str) -> str:
    """Return the word in small letters, one for each of its own."""
    word = word.translate(_SAME)
    return "".join(low if len(low := each.lower()) == 1 else each for each in word)


class Language:
    """The letters of one language's names."""

    def __init__(self, name: str, letters: dict[str, int], pairs: dict[str, int]) -> None:
        self.name = name
        self._letters, self._pairs = letters, pairs
        self._total = sum(letters.values())
        self._known: dict[str, float] = {}

    def weigh(self, word: str) -> float:
        """Return the logarithm of how likely the word's letters beyond ASCII and their neighbors are."""
        text = f"^{folded(word)}$"
        known = self._known
        score = 0.0
        for pair in map("".join, pairwise(text)):
            if not pair.isascii():
                weight = known.get(pair)
                if weight is None:
                    weight = known[pair] = math.log(self._likelihood(pair[0], pair[1]))
                score += weight
        return score

    def _likelihood(self, before: str, letter: str) -> float:
        if _mixes_scripts(before, letter):
            return _MIXED_SCRIPTS
        share = max(self._letters.get(letter, 0) / self._total, self._floor(letter))
        times = self._letters.get(before, 0)
        weight = times / (times + _PAIR_WEIGHT)
        seen = self._pairs.get(before + letter, 0)
        return weight * seen / times + (1 - weight + 0.02) * share if times else share

    def _floor(self, letter: str) -> float:
        if letter == "$":
            return 0.15
        if letter.isascii():
            return 1e-4
        if letter in "\u2019'":
            return _APOSTROPHE
        if letter in _TYPOGRAPHIC_SIGNS:
            return _TYPOGRAPHIC
        if self.name in ("zh-cn", "zh-tw", "ja", "ko"):
            return self._floor_of_east_asian(letter)
        if letter.isalpha():
            return _STRANGE_LETTER
        return _SIGN if letter.isprintable() else _CONTROL

    def _floor_of_east_asian(self, letter: str) -> float:
        if self.name == "ja" and "\u3040" <= letter <= "\u30ff":
            return 1 / 150
        codec, first, last = _COMMON[self.name]
        try:
            code = letter.encode(codec)
        except UnicodeEncodeError:
            return _SIGN
        is_common = len(code) == 2 and first <= code[0] <= last
        if not is_common:
            return _STRANGE_LETTER
        return _COMMON_SYLLABLE if self.name == "ko" else _COMMON_IDEOGRAPH


# Where the code of a language keeps what is in common use, by the first byte.
_COMMON = {
    "zh-cn": ("gb2312", 0xB0, 0xD7),
    "zh-tw": ("big5", 0xA4, 0xC6),
    "ja": ("shift_jis", 0x88, 0x97),
    "ko": ("euc_kr", 0xB0, 0xC8),
}


def _mixes_scripts(before: str, letter: str) -> bool:
    return before.isalpha() and letter.isalpha() and _is_latin(before) != _is_latin(letter)


def _is_latin(letter: str) -> bool:
    return letter.isascii() or "LATIN" in unicodedata.name(letter, "")


def weigh_capitals(word: str) -> float:
    """Return what odd capitals cost: "MÅller" and "иВАН" are not names."""
    cost = 0.0
    for index in range(1, len(word)):
        before, letter = word[index - 1], word[index]
        if before.isascii() and letter.isascii():
            continue
        if (before.islower() and letter.isupper()) or (
            index > 1 and before.isupper() and letter.islower() and word[index - 2].isupper()
        ):
            cost += _ODD_CAPITAL
    return cost


@cache
def languages() -> dict[str, Language]:
    model = json.loads(DATA.read_text(encoding="utf-8"))
    return {name: Language(name, each["letters"], each["pairs"]) for name, each in model.items()}
