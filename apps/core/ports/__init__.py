"""Every port of the house: what lower apps ask, and a higher app answers.

A higher app answers in its `plugs.py` (`SUDO.plug(is_fresh)`), which `apps.core` imports when Django
starts. `manage.py show_ports` prints who answers what. An empty port is an error of `manage.py check`,
keeps web servers and workers from starting, and raises where it is asked: see decision 50.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from apps.core.ports.base import Port, PortUnpluggedError, Registry

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from django.db.models import Model
    from django.http import HttpRequest

    from apps.core.approvals import ApprovalBackend
    from apps.core.authorship import Authors
    from apps.core.gates import Closure, Gate
    from apps.core.schedulable import Recorder
    from apps.core.scope import Scope

__all__ = ["PORTS", "Port", "PortUnpluggedError", "Registry"]

SUDO: "Port[Callable[[HttpRequest], bool]]" = Port(
    "sudo", "whether a session proved its factor lately"
)
APPROVALS: "Port[ApprovalBackend]" = Port("approvals", "what a second person must approve")
PERSONAL_DATA: "Port[Callable[[type[Model]], frozenset[str]]]" = Port(
    "personal data", "which fields of a model are personal"
)
SCOPE: "Port[Scope]" = Port("scope", "what a limited staff user sees")
GATES: "Port[Callable[[Gate, Any], Closure | None]]" = Port("gates", "which features are closed")
ATTRIBUTION: "Port[Callable[..., AbstractContextManager[None]]]" = Port(
    "attribution", "who the history names for a change"
)
AUTHORSHIP: "Port[Authors]" = Port("authorship", "who changed a field last")
TASK_RUNS: "Port[Recorder]" = Port("task runs", "how a scheduled task's run is recorded")

PORTS: tuple[Port[Any], ...] = (
    SUDO,
    APPROVALS,
    PERSONAL_DATA,
    SCOPE,
    GATES,
    ATTRIBUTION,
    AUTHORSHIP,
    TASK_RUNS,
)


def require_plugged() -> None:
    """Raise `PortUnpluggedError` where a port is empty. Programs call it once they have started."""
    for port in PORTS:
        if not port.plugged_by:
            raise PortUnpluggedError(port.missing())
