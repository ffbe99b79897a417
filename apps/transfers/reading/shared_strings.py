"""A workbook's table of texts, as it streams by and as it is kept."""

import re
from array import array
from typing import Any
from xml.parsers import expat  # The workbook refuses document types, so no entity is ever expanded.

from apps.core.errors import DomainError
from apps.transfers.reading import limits

_LONG = 200


class SharedStrings:
    """The workbook's table of texts, as one block of bytes: a third of what a list would take."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        # Made once, however many cells of a block refer to them.
        self._long: dict[int, str] = {}

    def add(self, text: str) -> None:
        self._bytes += text.encode("utf-8", "replace")
        if len(self._bytes) > limits.MAX_SHARED_TEXT:
            raise DomainError("The workbook contains too much text to read.")
        self._ends.append(len(self._bytes))

    def __getitem__(self, index: int) -> str:
        if index < 0:
            raise IndexError(index)
        start, end = self._ends[index], self._ends[index + 1]
        if end - start < _LONG:
            return self._bytes[start:end].decode("utf-8")
        if index not in self._long:
            self._long[index] = self._bytes[start:end].decode("utf-8")
        return self._long[index]

    def __len__(self) -> int:
        return len(self._ends) - 1


def local_name(tag: str) -> str:
    return tag.rpartition(":")[2]


class StringReader:
    """Collects `<si>` texts; phonetic hints (`<rPh>`) are not part of the text."""

    def __init__(self, strings: SharedStrings) -> None:
        self._strings = strings
        self._parts: list[str] = []
        self._length = 0
        self._in_text = self._in_hint = False
        self._depth = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, tag: str, _attrs: Any) -> None:
        self._depth += 1
        if self._depth > limits.MAX_DEPTH:
            raise ValueError(tag)
        tag = local_name(tag)
        if tag == "t":
            self._in_text = not self._in_hint
        elif tag == "rPh":
            self._in_hint = True

    def _end(self, tag: str) -> None:
        self._depth -= 1
        tag = local_name(tag)
        if tag == "t":
            self._in_text = False
        elif tag == "rPh":
            self._in_hint = False
        elif tag == "si":
            self._strings.add(unescape("".join(self._parts)))
            self._parts.clear()
            self._length = 0

    def _text(self, data: str) -> None:
        if self._in_text:
            self._length += len(data)
            if self._length > limits.MAX_CELL:
                raise DomainError(f"A text of the workbook {limits.TOO_LONG}")
            self._parts.append(data)


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)


def unescape(text: str) -> str:
    """Undo the workbook's own way to write control characters (`_x000D_`)."""
    return _ESCAPED.sub(lambda m: _character(m), text) if "_x" in text else text
