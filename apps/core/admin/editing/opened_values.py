"""The values that a form was opened with, signed, in a hidden input of the form."""

from dataclasses import dataclass, field
from typing import Any

from django.core import signing

NAME = "_opened"
_SALT = "core.opened"


@dataclass(frozen=True)
class OpenedValues:
    """The frozen values of one record's fields when the form was opened.

    `shown` has, by field, what others had stored when the user was last asked to choose; a choice
    counts only while that is still stored. `by` is the key of the user who opened the form.
    """

    values: dict[str, Any]
    shown: dict[str, Any] = field(default_factory=dict)
    by: str = ""

    def as_list(self) -> list[Any]:
        return [self.values, self.shown, self.by]


def sign(about: str, content: object) -> str:
    """Return a token. `about` names the record or the set of rows, so that no other form accepts it."""
    return signing.dumps([about, content], salt=_SALT, compress=True)


def read(about: str, token: str | None) -> Any:
    """Return the value that was signed, or nothing if the token is missing, forged, or another
    form's.

    A token never expires: a form that was open overnight is compared with what is stored now.
    """
    try:
        named, content = signing.loads(token or "", salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return content if named == about else None
