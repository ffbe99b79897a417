"""Finds the encoding of a text file's words, weighed by the names of many languages.

Each candidate that can decode the words gets, for each of its languages, the likelihood of all
words together; the best pair of encoding and language wins. A word may come from another language
than the others, because rosters contain foreign names.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.transfers.reading.letters import languages, weigh_capitals

_WESTERN = "de fr es it pt nl da no sv fi is et ca ga sq"
_CENTRAL = "cs sk pl hu ro hr sl"
_CYRILLIC = "ru uk bg mk sr be"
# Encoding: how seldom it is met (a logarithm), and the languages that are written in it. In order: of two that
# read the words alike, the first is taken.
_CODE_PAGES: dict[str, tuple[float, str]] = {
    "cp1252": (0, _WESTERN),
    "cp1250": (0, _CENTRAL),
    "cp1254": (-1, "tr"),
    "cp1257": (-1, "lt lv et"),
    "cp1251": (0, _CYRILLIC),
    "cp1253": (0, "el"),
    "cp1255": (0, "he"),
    "cp1256": (0, "ar fa"),
    "cp1258": (-3, "vi"),
    "cp874": (-1, "th"),
    "gb18030": (-1, "zh-cn"),
    "big5hkscs": (-1, "zh-tw"),
    "cp932": (-1, "ja"),
    "cp949": (-1, "ko"),
    "euc_jp": (-2, "ja"),
    "iso8859-15": (-2, _WESTERN),
    "iso8859-2": (-1, _CENTRAL),
    "iso8859-9": (-2, "tr"),
    "iso8859-13": (-3, "lt lv"),
    "iso8859-4": (-4, "lt lv et"),
    "iso8859-5": (-3, _CYRILLIC),
    "iso8859-7": (-2, "el"),
    "iso8859-8": (-2, "he"),
    "iso8859-6": (-3, "ar"),
    "koi8-r": (-1, "ru bg"),
    "koi8-u": (-2, "ru uk be"),
    "mac-roman": (-2, _WESTERN),
    "mac-latin2": (-3, _CENTRAL + " lt lv et"),
    "mac-croatian": (-5, "hr sl"),
    "mac-romanian": (-5, "ro"),
    "mac-turkish": (-4, "tr"),
    "mac-iceland": (-5, "is"),
    "mac-cyrillic": (-3, _CYRILLIC),
    "mac-greek": (-4, "el"),
    "cp850": (-2, _WESTERN),
    "cp437": (-2, "de fr es it nl sv fi ca"),
    "cp852": (-3, _CENTRAL),
    "cp857": (-4, "tr"),
    "cp775": (-4, "lt lv et"),
    "cp866": (-2, "ru uk bg be"),
    "cp855": (-5, "ru bg mk sr"),
    "cp737": (-3, "el"),
    "cp869": (-6, "el"),
    "cp862": (-4, "he"),
    "cp860": (-5, "pt"),
    "cp861": (-5, "is"),
    "cp863": (-5, "fr"),
    "cp865": (-4, "da no"),
}
_MULTI_BYTE = ("gb18030", "big5hkscs", "cp932", "cp949", "euc_jp")
# Languages of few files (a logarithm).
_SELDOM = {
    "sq": -6.0,
    "ga": -4.0,
    "ca": -3.0,
    "is": -2.0,
    "et": -1.0,
    "mk": -1.0,
    "be": -2.0,
    "fa": -2.0,
}
# The share of words that may come from any language of the encoding.
_FOREIGN = 0.08
# A few words show which candidates are worth weighing with all words.
_FIRST, _MARGIN = 40, 60.0
_MOST = 400


@dataclass(frozen=True)
class Candidate:
    """An encoding, and the words as it reads them."""

    encoding: str
    words: tuple[str, ...]
    likelihood: float


def rank(words: Iterable[bytes], used: bytes = b"") -> list[Candidate]:
    """Return the encodings that can decode the words and every byte of `used`, most likely first.

    Of encodings that read the words alike only the first is returned.
    """
    sample = list(dict.fromkeys(words))[:_MOST]
    if not sample:
        return []
    found: list[Candidate] = []
    seen: set[tuple[str, ...]] = set()
    for encoding in _CODE_PAGES:
        decoded = _decoded(sample, encoding, used)
        if decoded is not None and decoded not in seen:
            seen.add(decoded)
            found.append(Candidate(encoding, decoded, _likelihood(encoding, decoded[:_FIRST])))
    found.sort(key=lambda each: -each.likelihood)
    if len(sample) > _FIRST and found:
        least = found[0].likelihood - _MARGIN
        again = [
            Candidate(each.encoding, each.words, _likelihood(each.encoding, each.words))
            for each in found
            if each.likelihood >= least
        ]
        found = sorted(again, key=lambda each: -each.likelihood)
    return found


def _decoded(words: Sequence[bytes], encoding: str, used: bytes) -> tuple[str, ...] | None:
    try:
        if encoding not in _MULTI_BYTE:
            used.decode(encoding)
        return tuple(word.decode(encoding) for word in words)
    except UnicodeDecodeError:
        return None


def is_likelier_utf8(words: Iterable[bytes], encoding: str) -> bool:
    """Tell whether words that are valid in both are more likely UTF-8 than `encoding`."""
    sample = list(dict.fromkeys(words))[:_FIRST]
    as_utf8 = [word.decode("utf-8", "replace") for word in sample]
    as_other = [word.decode(encoding, "replace") for word in sample]
    everyone = " ".join(languages())
    return _weighed(as_utf8, everyone) > _weighed(as_other, everyone)


def _likelihood(encoding: str, words: Sequence[str]) -> float:
    prior, names = _CODE_PAGES[encoding]
    return prior + _weighed(words, names)


def _weighed(words: Sequence[str], names: str) -> float:
    known = languages()
    spoken = [known[name] for name in names.split()]
    words = [unicodedata.normalize("NFC", word) for word in words]
    weights = [[language.weigh(word) for language in spoken] for word in words]
    odd = sum(map(weigh_capitals, words))
    anyone = [_mean(each) + math.log(_FOREIGN) for each in weights]
    best = max(
        sum(
            _added(weights[index][position] + math.log(1 - _FOREIGN), anyone[index])
            for index in range(len(words))
        )
        + _SELDOM.get(language.name, 0.0)
        for position, language in enumerate(spoken)
    )
    return odd + best


def _added(one: float, other: float) -> float:
    """Return log(exp(one) + exp(other))."""
    high, low = (one, other) if one > other else (other, one)
    return high + math.log1p(math.exp(low - high))


def _mean(weights: Sequence[float]) -> float:
    high = max(weights)
    return high + math.log(sum(math.exp(each - high) for each in weights) / len(weights))
