"""Options that several commands take."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth import get_user_model

from apps.core.errors import DomainError
from apps.core.fields import fold_email


def user_of(email: str | None) -> Any:
    """Return the person that a command works for, None for the system."""
    if email is None:
        return None
    user = get_user_model()._default_manager.filter(email=fold_email(email)).first()
    if user is None:
        raise DomainError(f"There is no person “{email}”.")
    return user


def pair(text: str, option: str, *, at_first: bool = False) -> tuple[str, str]:
    """Split `left=right` at the last "=", or with `at_first` at the first."""
    left, mark, right = text.partition("=") if at_first else text.rpartition("=")
    if not mark or not left.strip():
        raise DomainError(f"{option} takes “left=right”, not “{text}”.")
    return left.strip(), right.strip()


def named_pairs(
    texts: Iterable[str] | None, option: str, same: Callable[[str], Any] = str
) -> dict[str, str]:
    """Return `name=value` options as a dictionary; `same` tells which names are equal.

    Raises DomainError if an option gives one name two values.
    """
    found: dict[str, str] = {}
    first: dict[Any, tuple[str, str]] = {}
    for text in texts or []:
        name, value = pair(text, option, at_first=True)
        earlier, message = first.setdefault(same(name), (text, value))
        if message != value:
            raise DomainError(
                f"{option} is given twice for the same field: “{earlier}” and “{text}”. Keep one."
            )
        found[name] = value
    return found
