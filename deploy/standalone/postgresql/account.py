"""The user of the server: PostgreSQL refuses to run as root, so root runs it as another user."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.standalone.postgresql.errors import CannotStartError

# The account that the wheel's own library uses, too.
SYSTEM_USER = "pgserver"
# Where a process finds the folders that it inherited open.
OPEN_FILES = "/proc/self/fd"


@dataclass(frozen=True)
class Account:
    """The user that the server runs as; None for both means the current user."""

    uid: int | None = None
    gid: int | None = None

    @property
    def options(self) -> dict[str, Any]:
        """Arguments for `subprocess` that run a program as this user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    @contextmanager
    def reaching(self, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the path of `folder` for a program of this user, and the arguments for
        `subprocess`.

        The folders above it are closed to this user, so the program inherits this one open;
        keeper.py does the same for the server.
        """
        if self.uid is None:
            yield str(folder), self.options
            return
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"{OPEN_FILES}/{handle}", self.options | {"pass_fds": (handle,)}
        finally:
            os.close(handle)

    def let_in(self, path: Path) -> None:
        """Let this user pass through the folders above `path`, if it cannot yet.

        Only passing (`o+x`): it still cannot list or read them.
        """
        if self.uid is None:
            return
        for folder in path.parents:
            status = folder.stat()
            is_open = status.st_mode & (stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH)
            if not is_open and status.st_uid != self.uid:
                folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)

    def let_read(self, tree: Path) -> None:
        """Let this user read `tree`: a strict umask can have closed the installed programs."""
        if self.uid is None:
            return
        for folder, _names, files in os.walk(tree):
            for path in [Path(folder), *(Path(folder, name) for name in files)]:
                mode = stat.S_IMODE(path.stat().st_mode)
                wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
                if wanted != mode:
                    path.chmod(wanted)


def account_for(data: Path) -> Account:
    """Return the account that the server with this data runs as."""
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            raise CannotStartError(
                f"The database in {data} belongs to {_name(owner)}: run this as that user"
                f"{' or as root' if _name(owner) == SYSTEM_USER else ''}, or set VAR_DIR to a folder of your own."
            )
        return Account()
    if not os.path.isdir(OPEN_FILES):
        raise CannotStartError(
            f"PostgreSQL does not run as root, and running it as another user needs {OPEN_FILES}: "
            "run this as an ordinary user, or set DATABASE_URL."
        )
    if owner:  # A user's own data stays that user's, also when root comes along.
        return Account(owner, pwd.getpwuid(owner).pw_gid)
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        entry = _make_user()
    return Account(entry.pw_uid, entry.pw_gid)


def _make_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin")
    command = [str(useradd), "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER]
    if useradd:
        # Somebody else may have made it in the meantime; what counts is that it is there.
        subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise CannotStartError(
            "PostgreSQL does not run as root, and no user could be made for it: run this as an "
            "ordinary user, or set DATABASE_URL."
        ) from None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
