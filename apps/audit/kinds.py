"""Kinds of events. Each app declares its own in its `event_kinds.py`."""

import sys
from collections.abc import Callable
from typing import Any, Self

from apps.core.port import Registry

type Data = dict[str, Any]


class EventKind(str):
    """One kind of event: its stored code, and how pages describe it.

    `label` is what somebody did ("Exported"). `sentence` tells an event from its data; where it returns
    nothing, the label and the data are told. `in_history` marks one whose facts the history of its
    target tells as well: a record's own page leaves it out.
    """

    label: str
    icon: str
    sentence: Callable[[Data], str] | None
    in_history: bool

    def __new__(
        cls,
        code: str,
        label: str,
        *,
        icon: str = "info",
        sentence: Callable[[Data], str] | None = None,
        in_history: bool = False,
    ) -> Self:
        kind = super().__new__(cls, code)
        kind.label, kind.icon, kind.sentence = label, icon, sentence
        kind.in_history = in_history
        EVENT_KINDS.add(kind, module=str(sys._getframe(1).f_globals["__name__"]))
        return kind

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy is the declared kind itself."""
        return event_kind, (str(self),)


EVENT_KINDS = Registry[EventKind](
    "event kinds", "what the audit log records besides changes", key=str
)


def event_kind(code: str) -> EventKind:
    """Return the kind of a code. Raises LookupError for a code that no app declares."""
    kind = EVENT_KINDS.get(code)
    if kind is None:
        raise LookupError(f"No app declares the event “{code}”. Declare it in its event_kinds.py.")
    return kind
