"""Starts PostgreSQL and stops it when its last user is gone. Run as a program of its own.

Usage: keeper.py USERS_LOCK KEEPER_LOCK UID GID COMMAND…   (UID -1: stay who we are)

It is the server's parent, so it knows its process for sure, also where the data was deleted
under it. It takes the exclusive lock on USERS_LOCK, which every user holds shared, as the sign
that nobody is left. It keeps KEEPER_LOCK for as long as it and the server live.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

GRACE_SECONDS = 60
RESTARTS = 5


def lock(path: str, kind: int) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, kind)
    return handle


def main() -> None:
    os.setsid()
    users, keeper, uid, gid, *command = sys.argv[1:]
    try:
        lock(keeper, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    user: dict[str, Any] = (
        {} if uid == "-1" else {"user": int(uid), "group": int(gid), "extra_groups": []}
    )

    def launch() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, **user)  # noqa: S603

    server = launch()
    leaving = threading.Event()

    def stop_after_the_last_user() -> None:
        lock(users, fcntl.LOCK_EX)
        leaving.set()
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            server.send_signal(number)
            try:
                server.wait(GRACE_SECONDS)
                return
            except subprocess.TimeoutExpired:
                continue

    threading.Thread(target=stop_after_the_last_user, daemon=True).start()
    for attempt in range(RESTARTS + 1):
        ended = server.wait()
        # A killed server comes back; one that gave up or was told to stop does not.
        if leaving.is_set() or ended >= 0 or attempt == RESTARTS:
            break
        time.sleep(attempt + 0.5)
        server = launch()


if __name__ == "__main__":
    main()
