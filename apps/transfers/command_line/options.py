"""Options that several commands take."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth import get_user_model

from apps.core.errors import DomainError
from apps.core.fields import fold_email


def user_of(email: str | None) -> Any:
    """Return the user that a command works for, None for the machine itself."""
    if email is None:
        return None
    user = get_user_model()._default_manager.filter(email=fold_email(email)).first()
    if user is None:
        raise DomainError(f"There is no user “{email}”.")
    return user


def pair(text: str, option: str, *, at_first: bool = False) -> tuple[str, str]:
    """Split `left=right`: at the last "=", or `at_first` where no left holds one."""
    left, mark, right = text.partition("=") if at_first else text.rpartition("=")
    if not mark or not left.strip():
        raise DomainError(f"{option} takes “left=right”, not “{text}”.")
    return left.strip(), right.strip()


def named_pairs(
    texts: Iterable[str] | None, option: str, same: Callable[[str], Any] = str
) -> dict[str, str]:
    """Return `name=value` options as a dictionary; `same` tells which names are one.

    Raises DomainError where the option says two things of one name.
    """
    found: dict[str, str] = {}
    first: dict[Any, tuple[str, str]] = {}
    for text in texts or []:
        name, value = pair(text, option, at_first=True)
        earlier, message = first.setdefault(same(name), (text, value))
        if message != value:
            raise DomainError(f"{option} contradicts itself: “{earlier}” and “{text}”. Keep one.")
        found[name] = value
    return found
