"""The embedded PostgreSQL: a server out of a wheel, with its data in `$VAR_DIR/postgres`.

Used wherever `DATABASE_URL` is not given, and reached through a Unix socket alone. It runs for as
long as a process uses it: each holds a shared lock, and a keeper (`keeper.py`) that waits for the
exclusive one stops the server. Locks end with their process, however that ends, so neither a
`kill -9` nor a child process can leave a server behind or stop it under somebody else.
"""

import atexit
import os
import sys
from pathlib import Path

from config import env
from deploy.standalone.postgresql.errors import CannotStartError
from deploy.standalone.postgresql.locks import Lock
from deploy.standalone.postgresql.server import Server

DATABASE = ROLE = "quarterdeck"

_held: dict[Path, Lock] = {}


def ensure_running() -> str:
    """Start the server unless it runs or `DATABASE_URL` names another; return the database's URL.

    Called by every way in: `manage.py`, the web server, worker, beat, the test suite. Settings only
    compute the address (`url`), so importing them starts nothing. A problem is reported in one
    sentence on stderr and exit 1.
    """
    environment = env.read()
    if environment.database_url:
        return environment.database_url
    try:
        return start(environment.var_path)
    except CannotStartError as error:
        sys.exit(str(error))


def url(var_path: Path) -> str:
    """Return the address of the server under `var_path`, whether it runs or not."""
    return f"postgresql://{ROLE}@/{DATABASE}?host={Server(var_path).socket_dir}&port=5432"


def start(var_path: Path) -> str:
    """Start or join the server under `var_path` and hold it until this process ends.

    Raises `CannotStartError` with a sentence for people.
    """
    server = Server(var_path)
    if server.data in _held and server.answers():
        return url(var_path)
    server.make_folders()
    with Lock(server.run / "postgres.start", exclusive=True):
        if server.data not in _held:
            # Waits here while a keeper is about to stop the server for its last user.
            _held[server.data] = Lock(server.run / "postgres.users")
            _held[server.data].acquire()
            atexit.register(_leave, server, os.getpid())
        if not server.answers():
            server.create(ROLE, DATABASE)
            server.launch()
    return url(var_path)


def look_after(var_path: Path) -> str:
    """Start a new keeper for a server that has lost its keeper; return what was done, if anything.

    The keeper restarts a server that ends. Raises `CannotStartError`.
    """
    server = Server(var_path)
    if not (
        server.data / "PG_VERSION"
    ).exists():  # Deleted under us: there is nothing to bring back.
        return ""
    with Lock(server.run / "postgres.start", exclusive=True):
        if server.is_kept():
            return ""
        if server.answers():
            server.adopt()
            return "the database's keeper was killed; a new one was started"
        server.launch()
        return "the database and its keeper were killed; both were started again"


def _leave(server: Server, owner: int) -> None:
    """Release the server; the last user waits until it has stopped."""
    if os.getpid() != owner:  # A fork shares the lock of the process that it came from.
        return
    lock = _held.pop(server.data)
    if not lock.acquire(exclusive=True, wait=False):
        lock.release()
        return
    server.stop_without_keeper()
    lock.release()
    server.wait_for_stop()
