"""Which files and folders under `VAR_DIR` another user of the machine could reach."""

import stat
from pathlib import Path


def reachable(var: Path) -> list[str]:
    """Return each path that its group or others may use in any way, with its mode."""
    found = []
    for path in [var, *var.rglob("*")]:
        try:
            status = path.lstat()
        except FileNotFoundError:  # A message that was taken meanwhile.
            continue
        mode = stat.S_IMODE(status.st_mode)
        if not stat.S_ISLNK(status.st_mode) and mode & 0o077:
            found.append(f"{mode:o} {path.relative_to(var.parent)}")
    return found
