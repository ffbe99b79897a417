"""Hides everything under `VAR_DIR` from the machine's other users, whatever the umask."""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

UMASK = 0o077


def keep_private(var_path: Path) -> None:
    """Make this process and its children write files only for their own user, and close `var_path`."""
    os.umask(UMASK)
    if var_path.is_dir() and var_path.stat().st_mode & stat.S_ISVTX:
        sys.exit(
            f"VAR_DIR={var_path} is shared by the users of this machine: set it to a folder of its "
            f"own, for example {var_path / 'quarterdeck'}."
        )
    # A folder that cannot be made or changed is reported by the code that needs it.
    with suppress(OSError):
        var_path.mkdir(parents=True, exist_ok=True)
        _close(var_path, var_path.stat())


def tighten(var_path: Path) -> None:
    """Close files under `var_path` from earlier, or from other programs."""
    for folder, folders, files in os.walk(var_path):
        # PostgreSQL checks its own folder and refuses to start if it is open.
        if Path(folder) == var_path and "postgres" in folders:
            folders.remove("postgres")
        for name in [*folders, *files]:
            with suppress(OSError):
                path = Path(folder, name)
                _close(path, path.lstat())


def _close(path: Path, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    ours = os.geteuid() in (0, status.st_uid) and not stat.S_ISLNK(status.st_mode)
    if ours and mode & UMASK:
        path.chmod(mode & ~UMASK)
