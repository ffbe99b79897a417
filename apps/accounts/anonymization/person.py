"""By what a person can be found in texts and files."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Any
from xml.sax.saxutils import escape

from apps.accounts.models import User

# Shorter numbers stand in too many texts that have nothing to do with the person.
_SHORTEST_PHONE = 7
_BLOCK = 1 << 20
DOMAIN = "anonymous.invalid"


@dataclass
class Person:
    """A person with every address, number and name that he was ever known by."""

    user: User
    words: list[str]  # Addresses and numbers: whoever mentions one means him.
    names: list[str]  # Others may bear them as well.
    reason: str = ""
    files: list[str] = field(default_factory=list)

    @property
    def anonymous_email(self) -> str:
        return f"removed-{self.user.pk.hex}@{DOMAIN}"

    def is_in(self, text: str) -> bool:
        low = text.lower()
        return any(word.lower() in low for word in self.words)

    def is_in_file(self, file: IO[bytes]) -> bool:
        """Tell whether a file, a workbook's parts included, mentions him."""
        needles = [
            form.encode(encoding)
            for word in self.words
            for form in {word.lower(), escape(word.lower())}
            for encoding in ("utf-8", "utf-16-le", "utf-16-be")
        ]
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                return any(_holds(archive.open(name), needles) for name in archive.namelist())
        file.seek(0)
        return _holds(file, needles)


def person_of(user: User) -> Person:
    """Collect what he is and was called, from himself and from his history."""
    history: Any = User.history
    rows = [user, *history.filter(id=user.pk).order_by()]
    emails = _distinct(row.email for row in rows)
    phones = _distinct(row.phone for row in rows if len(row.phone) >= _SHORTEST_PHONE)
    full = _distinct(f"{row.first_name} {row.last_name}".strip() for row in rows)
    names = [name for name in full if " " in name and len(name) > 5]
    return Person(user, [*emails, *phones], names)


def is_anonymous(user: User) -> bool:
    return user.email.endswith(f"@{DOMAIN}")


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _holds(file: IO[bytes], needles: list[bytes]) -> bool:
    longest = max(map(len, needles), default=0)
    tail = b""
    while block := file.read(_BLOCK):
        # Folded as bytes: A to Z alone, which is how addresses are folded here.
        text = (tail + block).lower()
        if any(needle in text for needle in needles):
            return True
        tail = text[-longest:]
    return False
