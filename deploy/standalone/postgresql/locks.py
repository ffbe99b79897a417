"""Locks between processes, which the kernel ends with the process that holds them."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class Lock:
    """An advisory lock on a file. Forked children share it, started programs do not inherit it."""

    def __init__(self, path: Path, *, exclusive: bool = False) -> None:
        self.path = path
        self.exclusive = exclusive
        self._handle: int | None = None

    def acquire(self, *, exclusive: bool | None = None, wait: bool = True) -> bool:
        """Take the lock, or change between shared and exclusive. False: somebody else has it.

        A failed change has let go of what was held before.
        """
        if self._handle is None:
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        kind = (
            fcntl.LOCK_EX if (self.exclusive if exclusive is None else exclusive) else fcntl.LOCK_SH
        )
        try:
            fcntl.flock(self._handle, kind | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
