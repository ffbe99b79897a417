"""Which files and folders under `VAR_DIR` another user of the machine could reach."""

import stat
from pathlib import Path


def reachable(var: Path) -> list[str]:
    """Return each path that its group or others may use in any way, with its mode.

    PostgreSQL's own user passes through `var` itself where root has started it, and no more.
    """
    postgres = var / "postgres"
    lent = postgres.exists() and postgres.stat().st_uid != var.stat().st_uid
    found = []
    for path in [var, *var.rglob("*")]:
        try:
            status = path.lstat()
        except FileNotFoundError:  # A message that was taken meanwhile.
            continue
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISLNK(status.st_mode) or not mode & 0o077:
            continue
        if path == var and lent and (mode, status.st_gid) == (0o710, postgres.stat().st_gid):
            continue
        found.append(f"{mode:o} {path.relative_to(var.parent)}")
    return found
