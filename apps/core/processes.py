"""Unique names of processes, so that others can tell whether a process has ended.

A name contains the machine, the kernel's boot and namespace, the process ID, and the time at which
the process started, because process IDs are reused. For a process elsewhere, or on a system without
`/proc`, this is unknown, and its heartbeat decides.
"""

import os
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


def own_name() -> str:
    """Return the name of this process, of 100 characters at most."""
    pid = os.getpid()
    return f"{_place()}/{pid}.{_started(pid) or ''}"


def is_gone(name: str) -> bool:
    """Return whether the process of that name has certainly ended. `name` may continue after another slash."""
    parts = name.split("/")
    if len(parts) < 3 or "/".join(parts[:2]) != _place() or not _kernel():
        return False
    pid, _, started = parts[2].partition(".")
    if not pid.isdecimal() or not started:
        return False
    return _started(int(pid)) != started


def _place() -> str:
    return f"{socket.gethostname().replace('/', '-')[:50]}/{_kernel()}"


@cache
def _kernel() -> str:
    """Return the boot and the namespace that process IDs belong to; containers may share a host's name."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot[:8]}-{(_PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """Return when the process started, in ticks since the boot; nothing if it is gone or a zombie."""
    try:
        # The second field is the program's name in parentheses, which may hold spaces and parentheses.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]
