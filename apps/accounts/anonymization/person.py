"""The words by which a person is found in texts and files."""

import html
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from apps.accounts.models import EmailChange, User
from apps.accounts.models.user import REMOVED_DOMAIN
from apps.audit.triggers import REMOVED

# Shorter numbers occur in too many unrelated texts.
_SHORTEST_PHONE = 7
_BLOCK = 1 << 20
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp1250")


@dataclass
class Person:
    """A person with every address, number, name, and picture that they ever had."""

    user: User
    words: list[str]  # Addresses and numbers: a text that holds one means this person.
    names: list[str]  # First and last name together. Others may bear them as well.
    pairs: list[tuple[str, str]]  # The same, apart.
    pictures: list[str] = field(default_factory=list)
    reason: str = ""

    @property
    def anonymous_email(self) -> str:
        return f"removed-{self.user.pk.hex}@{REMOVED_DOMAIN}"

    @cached_property
    def parts(self) -> list[str]:
        """Return each first and each last name; alone, they refer to this person only in texts
        about their records.
        """
        return _distinct(name for pair in self.pairs for name in pair)

    @cached_property
    def parts_pattern(self) -> str:
        """Return a regular expression, for PostgreSQL and for Python, of `parts` as whole words."""
        return "|".join(re.escape(part).replace("\\ ", " ") for part in self.parts)

    def is_in(self, text: str) -> bool:
        """Tell whether a text refers to this person and nobody else."""
        low = text.lower()
        return any(word.lower() in low for word in self.words)

    def is_named_in(self, text: str) -> bool:
        """Tell whether a text about this person identifies them."""
        return self.is_in(text) or self.without(text) != text

    def without(self, value: object) -> Any:
        """Return a text or JSON value about this person, without anything that identifies them.

        The keys of an object are not texts: a person may be called “Name”.
        """
        if isinstance(value, dict):
            return {key: self.without(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.without(each) for each in value]
        if not isinstance(value, str):
            return value
        for text in (*self.words, *self.names):
            value = re.sub(re.escape(text), REMOVED, value, flags=re.IGNORECASE)
        if self.parts:
            whole = rf"(?<!\w)(?:{self.parts_pattern})(?!\w)"
            value = re.sub(whole, REMOVED, value, flags=re.IGNORECASE)
        return value

    def is_in_file(self, file: IO[bytes], *, by_name: bool) -> bool:
        """Tell whether a file, including a workbook's parts, mentions them.

        `by_name`: also if a row has their first and last name, for a file that need not contain
        addresses.
        """
        needles = [form for word in self.words for form in _forms(word)]
        pairs = [(_forms(one), _forms(other)) for one, other in self.pairs] if by_name else []
        if not zipfile.is_zipfile(file):
            file.seek(0)
            return _holds(file, needles, pairs)
        with zipfile.ZipFile(file) as archive:
            return any(_holds(archive.open(name), needles, pairs) for name in archive.namelist())


def person_of(user: User) -> Person:
    """Collect their current and former names and addresses from the record and its history."""
    history: Any = User.history
    rows = [user, *history.filter(id=user.pk).order_by()]
    changes = EmailChange.objects.filter(user=user).values_list("old_email", "new_email")
    # Including an address that was requested and never confirmed.
    emails = _distinct([*(row.email for row in rows), *(each for pair in changes for each in pair)])
    phones = _distinct(row.phone for row in rows if len(row.phone) >= _SHORTEST_PHONE)
    pairs = _distinct((row.first_name.strip(), row.last_name.strip()) for row in rows)
    full = [f"{first} {last}" for first, last in pairs if first and last]
    return Person(
        user,
        words=_distinct(form for word in (*emails, *phones) for form in _in_addresses(word)),
        names=[name for name in full if len(name) > 5],
        pairs=pairs,
        pictures=_distinct(str(row.avatar) for row in rows),
    )


def _in_addresses(word: str) -> Iterator[str]:
    """Yield a word as it is, and in the form that it has in the URL of a search for it."""
    yield from (word, quote(word), quote_plus(word))


def _distinct[T](values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(value for value in values if value))


def _forms(word: str) -> set[bytes]:
    """Return the forms of a word in files, as lower-case bytes."""
    found = set()
    for text in (word.lower(), word.upper()):
        # A mail's page escapes quotation marks and apostrophes, a workbook does not.
        for spelled in {text, escape(text), html.escape(text)}:
            for encoding in _ENCODINGS:
                # Lowercase only A to Z, byte by byte.
                found.add(spelled.encode(encoding, "ignore").lower())
    return found - {b""}


def _holds(
    file: IO[bytes], needles: list[bytes], pairs: list[tuple[set[bytes], set[bytes]]]
) -> bool:
    longest = max(map(len, needles), default=0)
    tail, row = b"", b""
    while block := file.read(_BLOCK):
        text = block.lower()
        if any(needle in tail + text for needle in needles):
            return True
        tail = (tail + text)[-longest:] if longest else b""
        if pairs:
            # The person's row has both names; names in different rows belong to different people.
            *rows, row = re.split(rb"\r?\n|</row>", row + text)
            if any(_names(each, pairs) for each in rows):
                return True
    return _names(row, pairs)


def _names(row: bytes, pairs: list[tuple[set[bytes], set[bytes]]]) -> bool:
    """Tell whether a row of a file has both names of one pair, if both exist."""
    return any(
        first and last and any(one in row for one in first) and any(one in row for one in last)
        for first, last in pairs
    )
