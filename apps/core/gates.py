"""Gates: named doors that a higher app may shut while the product runs.

What stands behind a gate asks `require_open` in its service and `closed_response` in its views. Who
answers is registered by a higher app (`apps.flags` answers with feature flags); where nobody has
registered, every gate is open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.errors import DomainError


@dataclass(frozen=True)
class Closure:
    """Why a gate is shut, in the words that its page and its refusals use.

    `headline` is a clause ("Imports are switched off"), `shut_by` what shuts it ("the flag x").
    """

    gate: str
    headline: str
    shut_by: str
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
        return f"{self.headline} by {self.shut_by}{since}{by}{why}. {self.openers} can turn it on."


class GateClosedError(DomainError):
    """Raised where work was asked for behind a gate that is shut."""

    def __init__(self, closure: Closure) -> None:
        super().__init__(closure.sentence)
        self.closure = closure


Checker = Callable[[str, Any], Closure | None]

_checkers: list[Checker] = []


def register_checker(checker: Checker) -> None:
    """Let `checker(gate, user)` answer for gates: a `Closure` where it is shut, else nothing."""
    if checker not in _checkers:
        _checkers.append(checker)


def closure_of(gate: str, user: Any = None) -> Closure | None:
    """Return why `gate` is shut for `user`, or nothing where it is open."""
    for checker in _checkers:
        closure = checker(gate, user)
        if closure is not None:
            return closure
    return None


def is_open(gate: str, user: Any = None) -> bool:
    return closure_of(gate, user) is None


def require_open(gate: str, user: Any = None) -> None:
    """Raise `GateClosedError` where `gate` is shut for `user`.

    `user` is the person who asks; nothing stands for the machine itself (a command without `--user`).
    """
    closure = closure_of(gate, user)
    if closure is not None:
        raise GateClosedError(closure)
