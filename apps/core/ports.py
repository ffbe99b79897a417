"""Every port: what lower apps ask, and a higher app answers.

Each is declared in the module of its subject. A higher app answers in its `plugs.py`
(`SUDO.plug(is_fresh)`), which `apps.core` imports when Django starts. `manage.py show_ports` prints
who answers what. An empty port is an error of `manage.py check`, keeps web servers and workers from
starting, and raises if it is asked: see decision 50.
"""

from typing import Any

from apps.core.actors import ATTRIBUTION
from apps.core.approvals import APPROVALS
from apps.core.authorship import AUTHORSHIP
from apps.core.gates import GATES
from apps.core.personal import PERSONAL_DATA
from apps.core.port import Port, PortUnpluggedError
from apps.core.read_only import READ_ONLY
from apps.core.schedulable import TASK_RUNS
from apps.core.scope import SCOPE
from apps.core.sudo import SUDO
from apps.core.timetables import TIMETABLES

PORTS: tuple[Port[Any], ...] = (
    SUDO,
    APPROVALS,
    PERSONAL_DATA,
    SCOPE,
    GATES,
    READ_ONLY,
    ATTRIBUTION,
    AUTHORSHIP,
    TASK_RUNS,
    TIMETABLES,
)


def require_plugged() -> None:
    """Raise `PortUnpluggedError` if a port is empty. Programs call this when they have started."""
    for port in PORTS:
        if not port.plugged_by:
            raise PortUnpluggedError(port.missing())
