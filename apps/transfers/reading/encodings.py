"""The encoding of a text file, found from all of its bytes."""

import codecs
import io
import re
from dataclasses import dataclass
from pathlib import Path

from apps.core.errors import DomainError
from apps.transfers.reading.candidates import Candidate, is_likelier_utf8, rank

_BLOCK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_ASCII_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_LATIN_IN_UTF8 = re.compile(rb"\xc3[\x80-\xbf]")
# A UTF-8 letter, and in the same line a non-ASCII byte alone between ASCII.
_IN_BOTH = re.compile(
    rb"\xc3[\x80-\xbf].*[\x00-\x7f][\xc0-\xff][\x00-\x7f]"
    rb"|[\x00-\x7f][\xc0-\xff][\x00-\x7f].*\xc3[\x80-\xbf]",
    re.DOTALL,
)
_PAIR = re.compile(rb"[\x80-\xff]{2}")
_AGAIN = "Save it in one encoding, preferably UTF-8, or choose the encoding."
# What stands between words in every encoding; above it are second bytes of East Asian ones.
_BETWEEN_WORDS = re.compile(rb"[\x00-\x3f]+")
_ASCII = bytes(range(128))
_SHOWN_CANDIDATES, _SHOWN_WORDS = 4, 4
_SAMPLE = 256 * 1024


@dataclass(frozen=True)
class Detected:
    """The encoding of a file. Where it is a guess, `readings` are the most likely ones, the chosen first, each
    with words of the file that it reads in another way than the others."""

    encoding: str
    readings: tuple[tuple[str, tuple[str, ...]], ...] = ()


def detect_encoding(path: Path) -> Detected:
    """Return a Python encoding name; raises DomainError where lines are in different encodings.

    A byte-order mark decides; else strict UTF-8 over the whole file; else UTF-16 by its zero bytes;
    else the code page in which the words are most likely names.
    """
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if encoding := encoding_of_head(head):
        return Detected(encoding)
    if _is_utf8(path):
        return Detected("utf-8")
    return _guess(_seen(path))


def encoding_of_head(head: bytes) -> str:
    """Return the encoding that a byte-order mark or the zero bytes of wide letters tell; else ""."""
    marked = next((name for bom, name in _BOMS if head.startswith(bom)), "")
    return marked or _utf32_without_bom(head) or _utf16_without_bom(head)


def check_encoding(path: Path, encoding: str) -> bool:
    """Raise DomainError with the line if the file is not in `encoding`.

    Returns whether there are byte-order marks in the middle, as in concatenated files.
    """
    try:
        # Python's registry also contains codecs that are not text encodings (base64, rot13).
        if not codecs.lookup(encoding)._is_text_encoding:
            raise LookupError
        decoder = codecs.getincrementaldecoder(encoding)("strict")
    except (LookupError, ValueError, TypeError):
        raise DomainError(f"There is no encoding “{encoding}”.") from None
    # Lines end in LF, CR, or both, as the CSV reader counts them.
    lines = io.IncrementalNewlineDecoder(None, translate=True)
    line, has_marks, is_first = 1, False, True
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            try:
                text = decoder.decode(block)
                has_marks = has_marks or "\ufeff" in (text[1:] if is_first else text)
                is_first = False
                line += lines.decode(text).count("\n")
            except UnicodeDecodeError as error:
                good = bytes(error.object[: error.start]).decode(encoding, "replace")
                line += lines.decode(good, True).count("\n")
                raise DomainError(
                    f"Line {line:,} is not in the encoding {encoding}. Choose another encoding."
                ) from None
        try:
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            raise DomainError(
                f"Line {line:,}, the last one, is cut off in the middle of a character of "
                f"{encoding}."
            ) from None
    return has_marks


def _utf32_without_bom(head: bytes) -> str:
    """Only one or two of four bytes are used, and the highest is always zero."""
    quarter = max(len(head) // 4, 1)
    zeros = [head[offset::4].count(0) / quarter for offset in range(4)]
    if zeros[3] > 0.9 and zeros[2] > 0.9 and zeros[0] < 0.1:
        return "utf-32-le"
    if zeros[0] > 0.9 and zeros[1] > 0.9 and zeros[3] < 0.1:
        return "utf-32-be"
    return ""


def _utf16_without_bom(head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if odd / half > 0.4 and even / half < 0.1:
        return "utf-16-le"
    if even / half > 0.4 and odd / half < 0.1:
        return "utf-16-be"
    # Of a text in another script only delimiters, digits and line ends have a zero byte: all on one side.
    for zeros, others, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > max(4, half // 50, 20 * others) and _has_lines(head, name):
            return name
    return ""


def _has_lines(head: bytes, encoding: str) -> bool:
    """In two-byte units, a line ending hardly ever appears by chance."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return "\n" in text or "\r" in text


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True)
class _Seen:
    """The words that are not ASCII, and every byte beyond ASCII that the file has. Where some lines look like
    UTF-8 and others cannot be: the words of the first ones, and a sentence."""

    words: list[bytes]
    used: bytes
    like_utf8: list[bytes]
    mixed: str


def _seen(path: Path) -> _Seen:
    """Read every line that is not ASCII, to see if all are in one encoding."""
    sample, like_utf8, in_utf8, other = bytearray(), bytearray(), 0, 0
    # Latin-1 gives each byte as it is, and the lines end where the CSV reader ends them.
    with path.open("r", encoding="latin-1", newline="") as file:
        for number, text in enumerate(file, start=1):
            if text.isascii():
                continue
            line = text.encode("latin-1")
            try:
                line.decode("utf-8")
                if _surely_utf8(line):
                    in_utf8 = in_utf8 or number
                    if len(like_utf8) < _SAMPLE:
                        like_utf8 += line
            except UnicodeDecodeError:
                other = other or number
                if _IN_BOTH.search(line) and not _PAIR.search(_LATIN_IN_UTF8.sub(b"", line)):
                    raise DomainError(
                        f"The file mixes encodings: line {number:,} is partly in UTF-8. {_AGAIN}"
                    ) from None
            if len(sample) < _SAMPLE:
                sample += line
    mixed = (
        f"The file mixes encodings: line {in_utf8:,} is UTF-8, line {other:,} is not. {_AGAIN}"
        if in_utf8 and other
        else ""
    )
    return _Seen(_split(sample), _used(path), _split(like_utf8), mixed)


def _used(path: Path) -> bytes:
    used: set[int] = set()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            used.update(block.translate(None, _ASCII))
    return bytes(sorted(used))


def _split(lines: bytearray) -> list[bytes]:
    return [word for word in _BETWEEN_WORDS.split(bytes(lines)) if not word.isascii()]


def _guess(seen: _Seen) -> Detected:
    found = rank(seen.words, seen.used)[:_SHOWN_CANDIDATES]
    # Two letters of a code page, or one of an East Asian one, may look like UTF-8 by chance.
    if seen.mixed and (not found or is_likelier_utf8(seen.like_utf8, found[0].encoding)):
        raise DomainError(seen.mixed)
    if not found:
        return Detected("cp1252")
    described = _telling(found)
    return Detected(
        found[0].encoding,
        tuple((each.encoding, tuple(each.words[i] for i in described)) for each in found),
    )


def _telling(found: list[Candidate]) -> list[int]:
    """Return the words that best show how the candidates differ."""
    words = range(len(found[0].words))
    differ = sorted(words, key=lambda i: -len({each.words[i] for each in found}))
    return differ[:_SHOWN_WORDS]


def _surely_utf8(line: bytes) -> bool:
    """One pair of bytes may also be a letter and a sign of Windows-1252 (É and an apostrophe)."""
    found = _NOT_ASCII_UTF8.findall(line)
    return len(found) > 1 or any(len(each) > 2 or each[0] < 0xC6 for each in found)
