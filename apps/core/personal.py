"""Personal data: who is viewing in this request, and whose data was shown unmasked.

The accounts app's middleware opens a `Reader` around each request, and plugs into `PERSONAL_DATA`
which fields of a model are personal. Outside of a request (a task, a command) nothing is masked.
Code that shows an e-mail address or phone number calls `reveal()`, which masks it or logs the
access.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from apps.core.actors import Actor, holds
from apps.core.model_meta import concrete_model
from apps.core.personal_patterns import masked_in
from apps.core.port import Port


@dataclass(frozen=True)
class PersonalData:
    """Which fields of a model are personal, and the permissions to see their values, and to take them
    away in a file.
    """

    fields: Callable[[type[Model]], frozenset[str]]
    view_permission: str
    export_permission: str


PERSONAL_DATA = Port[PersonalData](
    "personal data", "which fields are personal, and who may export them"
)


@dataclass
class Reader:
    """Who is viewing (asked once, when it first matters), and whose data was shown unmasked."""

    asks: Callable[[], bool]
    shown: set[Any] = field(default_factory=set)

    @cached_property
    def sees(self) -> bool:
        return self.asks()


_current: ContextVar[Reader | None] = ContextVar("personal_data_reader", default=None)


@contextmanager
def reading(reader: Reader) -> Iterator[Reader]:
    token = _current.set(reader)
    try:
        yield reader
    finally:
        _current.reset(token)


def conceals() -> bool:
    """Tell whether the current reader may not see personal data."""
    reader = _current.get()
    return reader is not None and not reader.sees


def disclose(keys: Iterable[Any]) -> None:
    """Record that data of these people (or rows) is shown unmasked. It only adds to a set."""
    reader = _current.get()
    if reader is not None and reader.sees:
        reader.shown.update(keys)


def reveal(value: str, *, key: object) -> str:
    """Return an address or number, masked for the reader if needed. Record whose it is if it is shown."""
    if conceals():
        return masked_in(value)
    if value:
        disclose([key])
    return value


def readable(text: str) -> str:
    """Return a text as the reader may see it."""
    return masked_in(text) if text and conceals() else text


def personal_fields(model: type[Model]) -> frozenset[str]:
    return PERSONAL_DATA.get().fields(concrete_model(model))


def may_export_personal(actor: Actor) -> bool:
    """Tell whether the actor may take addresses and numbers away in a file."""
    return holds(actor, PERSONAL_DATA.get().export_permission)


def is_personal(model: type[Model], path: str) -> bool:
    """Tell whether a look-up such as "user__email__startswith" passes through a personal field."""
    for name in path.split("__"):
        try:
            found = model._meta.get_field("pk" if name == "pk" else name)
        except (FieldDoesNotExist, AttributeError):
            return False
        if name in personal_fields(model):
            return True
        if not found.is_relation or found.related_model is None:
            return False
        model = found.related_model
    return False
