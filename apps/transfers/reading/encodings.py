"""The encoding of a text file, found from all of its bytes."""

import codecs
import re
from pathlib import Path

from apps.core.errors import DomainError

_BLOCK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# Three letters beyond ASCII in a row: hardly ever Western European.
_FOREIGN_RUN = re.compile(rb"[\xc0-\xff]{3,}")
_SAMPLE = 256 * 1024


def detect_encoding(path: Path) -> str:
    """Return a Python encoding name; raises DomainError where lines are in different encodings.

    A byte-order mark decides; else strict UTF-8 over the whole file; else UTF-16 by its zero bytes;
    else Windows-1252, unless the text looks like another script.
    """
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    wide = _utf32_without_bom(head) or _utf16_without_bom(head)
    if wide:
        return wide
    if _is_utf8(path):
        return "utf-8"
    return _eight_bit(path)


def check_encoding(path: Path, encoding: str) -> None:
    """Raise DomainError, naming the line, where the file is not in `encoding`."""
    try:
        # Python's registry also holds what is no encoding of texts (base64, rot13).
        if not codecs.lookup(encoding)._is_text_encoding:
            raise LookupError
        decoder = codecs.getincrementaldecoder(encoding)("strict")
    except (LookupError, ValueError, TypeError):
        raise DomainError(f"There is no encoding “{encoding}”.") from None
    line = 1
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            try:
                line += decoder.decode(block).count("\n")
            except UnicodeDecodeError as error:
                line += bytes(error.object[: error.start]).decode(encoding, "replace").count("\n")
                raise DomainError(
                    f"Line {line:,} is not in the encoding {encoding}. Choose another encoding."
                ) from None
        try:
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            raise DomainError(
                f"Line {line:,}, the last one, is cut off in the middle of a character of {encoding}."
            ) from None


def _utf32_without_bom(head: bytes) -> str:
    """Of four bytes only one or two count, and the highest is always zero."""
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
    return ""


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


def _eight_bit(path: Path) -> str:
    """Look at every line that is not ASCII: all in one encoding, or mixed?"""
    sample, in_utf8, other = bytearray(), 0, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not _NOT_ASCII.search(line):
                continue
            try:
                line.decode("utf-8")
                in_utf8 = in_utf8 or number
            except UnicodeDecodeError:
                other = other or number
                if len(sample) < _SAMPLE:
                    sample += line
    if in_utf8:
        raise DomainError(
            f"The file mixes encodings: line {in_utf8:,} is UTF-8, line {other:,} is not. "
            "Save it again in one encoding, best as UTF-8."
        )
    try:
        bytes(sample).decode("cp1252")
        if not _FOREIGN_RUN.search(sample):
            return "cp1252"
    except UnicodeDecodeError:
        pass
    # Loaded with the first file that needs it.
    from charset_normalizer import from_bytes

    best = from_bytes(bytes(sample)).best()
    return best.encoding if best else "cp1252"
