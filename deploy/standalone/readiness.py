"""How worker and beat report to `make run` that they are up: a file with their process ID."""

import os
from contextlib import suppress
from pathlib import Path

from config import env


def say(name: str) -> None:
    """Say that this process is up as `name`."""
    file = _file(name)
    # Where `make run` is not the one that started us, nobody has to be told.
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(os.getpid()))


def is_up(name: str, pid: int | None) -> bool:
    """Tell whether the process with this number has said that it is up as `name`."""
    try:
        return pid is not None and _file(name).read_text() == str(pid)
    except OSError:
        return False


def _file(name: str) -> Path:
    return env.read().var_path / "run" / f"{name}.ready"
