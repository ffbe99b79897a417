"""Signals to processes that a test did not start itself, any of which may end before its turn comes.

A database server starts and ends processes as it likes, so a list of them is old as soon as it is made.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import psutil


def kill_all(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


@contextmanager
def paused(process: psutil.Process, *, with_children: bool = False) -> Iterator[None]:
    """Stop a process where it is, and let it go on afterwards."""
    stopped = [process]
    process.suspend()
    try:
        if with_children:
            # Only now, because a process that is stopped starts no other.
            stopped += process.children(recursive=True)
            for child in stopped[1:]:
                with suppress(psutil.NoSuchProcess):
                    child.suspend()
        yield
    finally:
        for each in stopped:
            with suppress(psutil.NoSuchProcess):
                each.resume()
