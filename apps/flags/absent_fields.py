"""Fields of waffle's flag that ours lacks: they read as empty, and setting one is refused."""

from typing import Any

from django.core.management.base import CommandError
from django.db.models import Model

from apps.core.errors import DomainError


class AbsentFieldError(DomainError, CommandError):
    """Raised for an attempt to decide a flag by a cookie, a query string, or a language. Commands print it."""


def absent_field(name: str, *, empty: object) -> Any:
    """Return the stand-in for a field that a model's abstract base has and its table lacks."""

    def read(self: Model) -> Any:
        return empty

    def write(self: Model, value: object) -> None:
        if value:
            raise AbsentFieldError(
                f"A flag has no “{name}”: it decides by person, never by cookie, query string, or language. "
                "Choose people, groups, organizations, or a percentage."
            )

    return property(read, write)
