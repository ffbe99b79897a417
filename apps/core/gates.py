"""Feature gates: features that staff can close while the product runs.

An app declares a gate as a constant of its `gates.py`. Code behind it imports the constant and asks
`require_open` in its service and `closed_response` in its views. The answer comes through the port
`GATES`: `apps.flags` gives it, with feature flags and switches.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Literal

from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.port import Port, Registry


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One feature that can be closed. To make it is to declare it: the flags admin shows it.

    `by` says what closes it: a flag for some people, a switch for all, a sample for a share of the times.
    `default` is its state when it is created. While its row is missing from the database, one of the kind
    `release` answers its default, and one of the kind `operations`, which exists to stop something, answers
    closed: losing the row must not start again what somebody has stopped. `off_headline` is the clause
    that the page of a closed gate begins with. `permission` is the one that is of no use while it is closed.
    """

    name: str
    label: str
    description: str
    owner: str
    by: Literal["flag", "switch", "sample"] = "flag"
    default: bool = False
    kind: Literal["operations", "release"] = "release"
    off_headline: str = ""
    permission: str = ""

    def __post_init__(self) -> None:
        # Two frames up, past the __init__ that dataclasses wrote, is the module that declares.
        DECLARED.add(self, module=str(sys._getframe(2).f_globals["__name__"]))

    @property
    def without_row(self) -> bool:
        """The answer while its row is missing from the database."""
        return self.default and self.kind == "release"


DECLARED = Registry[Gate]("gates", "features that staff can close", key=attrgetter("name"))


@dataclass(frozen=True)
class Closure:
    """Why a gate is shut, in the words that its page and its refusals use.

    `headline` is a clause ("Imports are switched off"), `closed_by` what shuts it ("the flag x").
    """

    gate: str
    headline: str
    closed_by: str
    since: datetime | None
    actor: str
    reason: str
    openers: str

    @property
    def sentence(self) -> str:
        """One sentence that an operator may read: what is off, and what to do."""
        by = f" by {self.actor}" if self.actor else ""
        since = f" since {self.since:%Y-%m-%d %H:%M %Z}" if self.since else ""
        why = f": {self.reason.rstrip('.')}" if self.reason else ""
        return (
            f"{self.headline} by {self.closed_by}{since}{by}{why}. {self.openers} can turn it on."
        )


GATES = Port[Callable[[Gate, PermissionHolder | None], Closure | None]](
    "gates", "which features are closed"
)


class GateClosedError(DomainError):
    """Raised where work was asked for behind a gate that is shut."""

    def __init__(self, closure: Closure) -> None:
        super().__init__(closure.sentence)
        self.closure = closure


def closure_of(gate: Gate, user: PermissionHolder | None = None) -> Closure | None:
    """Return why `gate` is closed for `user`, or nothing where it is open."""
    if not isinstance(gate, Gate):
        raise TypeError(f"A gate is a constant of an app's gates.py, not {gate!r}.")
    return GATES.get()(gate, user)


def is_open(gate: Gate, user: PermissionHolder | None = None) -> bool:
    return closure_of(gate, user) is None


def require_open(gate: Gate, user: PermissionHolder | None = None) -> None:
    """Raise `GateClosedError` where `gate` is closed for `user`.

    `user` is the person who asks; nothing stands for the system itself (a command without `--user`).
    """
    closure = closure_of(gate, user)
    if closure is not None:
        raise GateClosedError(closure)


def gate_before(permission: str) -> Gate | None:
    """Return the gate that makes a permission useless while it is closed."""
    return next((gate for gate in DECLARED if gate.permission == permission), None)
