"""Starts PostgreSQL, keeps it running, and stops it when its last user is gone. A program of its own.

Usage: keeper.py USERS_LOCK KEEPER_LOCK DATA ADOPT UID GID COMMAND…

UID -1: stay who we are. ADOPT: the process of a server whose keeper was killed, or 0 to start one. In
COMMAND, "@data" stands for the folder DATA as the server reaches it.

It is the server's parent, so it knows its process for sure, also where the data was deleted
under it. It takes the exclusive lock on USERS_LOCK, which every user holds shared, as the sign
that nobody is left. It keeps KEEPER_LOCK for as long as it and the server live. What it prints goes
to the server's log, where `make run` reads it.

A server that ends unasked is started again for as long as it is used. Its recovery may fail once and
succeed the next time: after a kill in the middle of an unlogged table's creation it stumbles over a
file that the dead server had begun to remove, and processes of the dead server hold its memory for a
while. Only a server that has never been ready is given up.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

GRACE_SECONDS = 60
# How often to start a server that never becomes ready.
FIRST_TRIES = 4
LONGEST_PAUSE = 10
# The beginning of its log lines.
MARK = "keeper: "
PLACE = "@data"


class Adopted:
    """A server that another keeper started: we see that it ends, but not its exit status."""

    returncode = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def wait(self, timeout: float | None = None) -> None:
        until = None if timeout is None else time.monotonic() + timeout
        while self._lives():
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("postgres", timeout or 0)
            time.sleep(0.1)

    def send_signal(self, number: int) -> None:
        if self._lives():
            os.kill(self.pid, number)

    def _lives(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


class Keeper:
    def __init__(self, users: str, data: Path, command: list[str], user: dict[str, Any]) -> None:
        self.users = users
        self.data = data
        self.command = command
        self.user = user
        self.leaving = threading.Event()
        # Held while one server takes another's place, so that a stop always meets the last.
        self.changing = threading.Lock()
        self.server: Adopted | subprocess.Popen[bytes]

    def keep(self, adopt: int) -> None:
        """Keep a server running until its last user is gone, or give up if it never becomes ready."""
        self.server = Adopted(adopt) if adopt else self.launch()
        was_ready = bool(adopt)
        threading.Thread(target=self.stop_after_the_last_user, daemon=True).start()
        tries = 1
        while True:
            is_ready = self.wait_for_end()
            was_ready = was_ready or is_ready
            if self.leaving.is_set() or (not was_ready and tries >= FIRST_TRIES):
                return
            pause = 0.25 if is_ready else min(0.25 * 2**tries, LONGEST_PAUSE)
            tries = 1 if is_ready else tries + 1
            say(f"{how_it_ended(self.server.returncode)}; starting it again in {pause:g} s")
            self.leaving.wait(pause)
            with self.changing:
                if self.leaving.is_set():
                    return
                self.server = self.launch()

    def launch(self) -> subprocess.Popen[bytes]:
        if not self.user:
            return self.start(str(self.data))
        # Another user's server cannot pass through our private folders, so it inherits its own one open.
        handle = os.open(self.data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            return self.start(f"/proc/self/fd/{handle}", pass_fds=(handle,))
        finally:
            os.close(handle)

    def start(self, data: str, **options: Any) -> subprocess.Popen[bytes]:
        command = [data if word == PLACE else word for word in self.command]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, **self.user, **options)  # noqa: S603

    def wait_for_end(self) -> bool:
        """Wait until the server has ended; tell whether it was ready before that."""
        ready = False
        while True:
            try:
                self.server.wait(None if ready else 0.1)
            except subprocess.TimeoutExpired:
                ready = self.is_ready()
                if ready:
                    say(f"the database is ready (pid {self.server.pid})")
                continue
            return ready

    def is_ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().split()
        except OSError:
            return False
        return lines[:1] == [str(self.server.pid)] and "ready" in lines

    def stop_after_the_last_user(self) -> None:
        lock(self.users, fcntl.LOCK_EX)
        with self.changing:
            self.leaving.set()
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.server.send_signal(number)
            try:
                self.server.wait(GRACE_SECONDS)
                return
            except subprocess.TimeoutExpired:
                continue


def how_it_ended(code: int | None) -> str:
    if code is None:
        return "the database ended"
    if code < 0:
        return f"the database was killed by signal {-code}"
    return f"the database ended with status {code}"


def say(sentence: str) -> None:
    print(f"{MARK}{sentence}", flush=True)  # noqa: T201


def lock(path: str, kind: int) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, kind)
    return handle


def take(path: str) -> bool:
    """Take the keeper's lock, which others hold for a moment to see whether it is held."""
    for _ in range(20):
        try:
            lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return True
    return False


def main() -> None:
    os.setsid()
    users, keeper, data, adopt, uid, gid, *command = sys.argv[1:]
    if not take(keeper):
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    user: dict[str, Any] = (
        {} if uid == "-1" else {"user": int(uid), "group": int(gid), "extra_groups": []}
    )
    Keeper(users, Path(data), command, user).keep(int(adopt))


if __name__ == "__main__":
    main()
