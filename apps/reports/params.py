"""The typed parameters of a report. The form on its page, and that of a subscription, are made from them
(`apps/reports/admin/param_fields.py`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from apps.core.errors import DomainError

_LONGEST = 200
type Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Token:
    """A word that stands for a value of the day on which it is read, such as "last" for last week.

    `on(day)` returns the value of a day.
    """

    label: str
    on: Callable[[date], str]


@dataclass(frozen=True)
class Param:
    """A parameter: its name, its label, its value when none is given, what it understands.

    `parse` turns the text of a form or a command into a value, and raises `DomainError` with a
    sentence where it cannot. `str()` of the value is a text that `parse` understands.
    """

    name: str
    label: str
    parse: Callable[[str], Any]
    # A text that `parse` understands, or a token.
    default: Callable[[], str]
    # What the form offers; None for a number that is typed, and has `bounds`.
    choices: Callable[[], Choices] | None = None
    bounds: tuple[int, int] | None = None
    tokens: Mapping[str, Token] = field(default_factory=dict)
    # A value as people read it.
    words: Callable[[Any], str] = str
    # The default of a mailing: a token, so that each mailing tells of its own time.
    mail_default: Callable[[], str] | None = None
    # Whether only a link gives it. A form offers to take it away again, and nothing else.
    is_of_link: bool = False
    # Whether it says of which time the report tells: mailed again for the same time, it reaches nobody twice.
    is_period: bool = False

    def default_of_mail(self) -> str:
        return (self.mail_default or self.default)()

    def value_on(self, day: date, text: str) -> Any:
        """Return the value of a text, where a token stands for that of a day. Raises `DomainError`."""
        token = self.tokens.get(text)
        return self.parse(token.on(day) if token else text)

    def in_words(self, text: str, day: date) -> str:
        """Return "Last week: November 9 to 15, 2026", or what a text without a token means."""
        words = self.words(self.value_on(day, text))
        token = self.tokens.get(text)
        return f"{token.label}: {words}" if token else words


def number_param(name: str, label: str, *, default: int, least: int, most: int) -> Param:
    """Return a parameter that is a whole number from `least` to `most`."""

    def parse(text: str) -> int:
        # `int` also reads "1_0" and digits of other scripts, and refuses very long texts with an error of its own.
        plain = len(text) < 10 and text.isascii() and text.removeprefix("-").isdigit()
        number = int(text) if plain else least - 1
        if not least <= number <= most:
            raise DomainError(
                f"“{text}” is not a value of {name}. Give a whole number from {least:,} to {most:,}."
            )
        return number

    return Param(
        name,
        label,
        parse,
        default=lambda: str(default),
        bounds=(least, most),
        words=lambda number: f"{number:,}",
    )


def choice_param(name: str, label: str, choices: Choices, *, default: str = "") -> Param:
    """Return a parameter that is one of `choices`, which are pairs of value and label."""

    def parse(text: str) -> str:
        if text not in dict(choices):
            known = ", ".join(value for value, _ in choices)
            raise DomainError(f"“{text}” is not a value of {name}. Available: {known}.")
        return text

    first = default or choices[0][0]
    return Param(
        name,
        label,
        parse,
        default=lambda: first,
        choices=lambda: choices,
        words=lambda value: dict(choices)[value],
    )


def key_param(name: str, label: str, words: str) -> Param:
    """Return a parameter that a link gives: the key of a record. Empty means all, and `words` say the rest."""

    def parse(text: str) -> str:
        try:
            return str(UUID(text)) if text else ""
        except ValueError:
            raise DomainError(
                f"“{text}” is not a value of {name}. Follow a link of the report."
            ) from None

    return Param(
        name,
        label,
        parse,
        default=lambda: "",
        choices=lambda: [("", "All")],
        words=lambda key: words if key else "All",
        is_of_link=True,
    )


def text_param(name: str, label: str) -> Param:
    """Return a parameter that a link gives, such as the name of a cause; empty means all."""

    def parse(text: str) -> str:
        if len(text) > _LONGEST or not text.isprintable():
            raise DomainError(f"This is not a value of {name}. Follow a link of the report.")
        return text

    return Param(
        name,
        label,
        parse,
        default=lambda: "",
        choices=lambda: [("", "All")],
        words=lambda text: text or "All",
        is_of_link=True,
    )
