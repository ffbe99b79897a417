"""Feature gates: features that staff can close while the product runs.

An app declares a gate as a constant of its `gates.py`. Code behind it imports the constant and asks
`require_open` in its service and `closed_response` in its views. The answer comes through the port
`GATES`: `apps.flags` gives it, with feature flags and switches.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Literal

from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.core.port import Port, Registry


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One feature that can be closed. Creating a gate declares it, and the flags admin shows it.

    `by` says what closes it: a flag for some people, a switch for all, a sample for a share of the
    calls. `default` is its state when it is created. While its row is missing from the database, a
    gate of the kind `release` uses its default. One of the kind `operations`, which exists to stop
    something, is closed: losing the row must not start what somebody has stopped.

    An `experiment` counts as a release here. No kind grants a permission: a gate decides what is offered, and a
    role's permissions what someone may do.

    `owner` is the role whose people hear of the flag until staff choose an owner. `tags` and `expires_on` are what
    it is created with.

    `off_headline` begins the page of a closed gate. `permission` is useless while the gate is
    closed.
    """

    name: str
    label: str
    description: str
    owner: str
    by: Literal["flag", "switch", "sample"] = "flag"
    default: bool = False
    kind: Literal["operations", "release", "experiment"] = "release"
    tags: tuple[str, ...] = ()
    expires_on: date | None = None
    off_headline: str = ""
    permission: str = ""

    def __post_init__(self) -> None:
        # The declaring module is two frames up, past the dataclass's __init__.
        DECLARED.add(self, module=str(sys._getframe(2).f_globals["__name__"]))

    @property
    def without_row(self) -> bool:
        """The state while its row is missing from the database."""
        return self.default and self.kind != "operations"


DECLARED = Registry[Gate]("gates", "features that staff can close", key=attrgetter("name"))


@dataclass(frozen=True)
class Closure:
    """Why a gate is closed, in the words of its page and its refusals.

    `headline` is a clause ("Imports are switched off"), `closed_by` what closed it ("the flag x").
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
        """One sentence for people: what is off, and what to do."""
        by = f" by {self.actor}" if self.actor else ""
        since = f" on {self.since:%Y-%m-%d %H:%M %Z}" if self.since else ""
        why = f": {self.reason.rstrip('.')}" if self.reason else ""
        return (
            f"{self.headline} by {self.closed_by}{since}{by}{why}. {self.openers} can turn it on."
        )


GATES = Port[Callable[[Gate, PermissionHolder | None], Closure | None]](
    "gates", "which features are closed"
)


class GateClosedError(DomainError):
    """Raised by a service behind a closed gate."""

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
    """Raise `GateClosedError` if `gate` is closed for `user`.

    `user` is the person who asks; None is the system itself (a command without `--user`).
    """
    closure = closure_of(gate, user)
    if closure is not None:
        raise GateClosedError(closure)


def gate_before(permission: str) -> Gate | None:
    """Return the gate that makes a permission useless while it is closed."""
    return next((gate for gate in DECLARED if gate.permission == permission), None)
