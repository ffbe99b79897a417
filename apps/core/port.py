"""The two shapes of what a higher app plugs into a lower one: one plug, or any number by name."""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured


class PortUnpluggedError(ImproperlyConfigured):
    """Raised if an empty port is asked. No answer is never a yes."""


@dataclass(frozen=True)
class Plug[T]:
    """What is plugged in, and the module that did it."""

    value: T
    module: str


class Port[T]:
    """A question that a lower app asks and exactly one higher app answers.

    Every port must be answered. `manage.py check` and each program's start refuse an empty one, and
    `get()` raises instead of guessing.
    """

    def __init__(self, name: str, purpose: str) -> None:
        self.name = name
        self.purpose = purpose
        self._plug: Plug[T] | None = None

    def plug(self, value: T) -> None:
        """Answer the port. A second, different answer is refused, because it would be unclear which
        one holds.
        """
        module = _caller()
        if self._plug is not None and self._plug.value is not value:
            raise ImproperlyConfigured(
                f"{module} cannot plug into the port “{self.name}”: {self._plug.module} already has."
            )
        self._plug = Plug(value, module)

    def get(self) -> T:
        if self._plug is None:
            raise PortUnpluggedError(self.missing())
        return self._plug.value

    @property
    def plugged_by(self) -> str:
        """The module that answers, or nothing."""
        return self._plug.module if self._plug else ""

    def missing(self) -> str:
        """Return what to tell a developer while the port is empty."""
        return (
            f"Nothing is plugged into the port “{self.name}” ({self.purpose}). "
            "An app must call its plug() in plugs.py."
        )

    @contextmanager
    def unplugged(self) -> Iterator[None]:
        """Empty the port inside a block. For tests."""
        before, self._plug = self._plug, None
        try:
            yield
        finally:
            self._plug = before


class Registry[T]:
    """Values that any number of higher apps add to a lower one; `key` returns a value's name."""

    def __init__(self, name: str, purpose: str, *, key: Callable[[T], str]) -> None:
        self.name = name
        self.purpose = purpose
        self._key = key
        self._plugs: dict[str, Plug[T]] = {}
        registries.append(self)

    def add(self, *values: T, module: str = "") -> None:
        """Add values. The same name for something else is refused. `module` is the caller's."""
        module = module or _caller()
        for value in values:
            name = self._key(value)
            known = self._plugs.get(name)
            if known is not None and known.value is not value:
                raise ImproperlyConfigured(
                    f"{module} cannot add “{name}” to the {self.name}: {known.module} already has."
                )
            self._plugs[name] = Plug(value, module)

    def get(self, name: str) -> T | None:
        plug = self._plugs.get(name)
        return plug.value if plug else None

    def __contains__(self, name: object) -> bool:
        return name in self._plugs

    def __iter__(self) -> Iterator[T]:
        return iter([plug.value for plug in self._plugs.values()])

    def __len__(self) -> int:
        return len(self._plugs)

    def plugs(self) -> dict[str, Plug[T]]:
        """Return what was added, by name."""
        return dict(self._plugs)

    @contextmanager
    def changed(self, *added: T, without: Collection[str] = ()) -> Iterator[None]:
        """Add and remove values inside a block. For tests."""
        before = self._plugs
        kept = {name: plug for name, plug in before.items() if name not in without}
        self._plugs = kept | {self._key(value): Plug(value, "a test") for value in added}
        try:
            yield
        finally:
            self._plugs = before


registries: list[Registry[Any]] = []


def _caller() -> str:
    """Return the module that called `plug` or `add`: the file a reader wants to open."""
    return str(sys._getframe(2).f_globals["__name__"])
