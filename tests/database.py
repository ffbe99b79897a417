"""The suite's databases: each a copy of a template, which is made anew only when migrations change.

Migrating takes a dozen seconds and copying less than one, so one test is as quick as it should be, and no
option has to be remembered after a migration.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import errors, sql

PREFIX = "quarterdeck_template_"
# What the template is made from, beside the packages.
SOURCES = (
    "apps/*/migrations/*.py",
    "apps/*/read_only.py",
    "apps/core/read_only_guards.py",
    "config/settings/*.py",
    "requirements.txt",
)
# Two processes that find no template wait for each other; any number would do.
LOCK = 7_281_993
# Tries to drop a database, of up to ten seconds each.
DROPS = 3


def create() -> None:
    """Make the database of this process from the template and connect to it."""
    name = settings.DATABASES["default"]["TEST"]["NAME"]
    with _server() as server:
        template = _template(server)
        _drop(server, name)
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
    _use(name)


def drop() -> None:
    connection.close()
    with _server() as server:
        _drop(server, settings.DATABASES["default"]["TEST"]["NAME"])


def _template(server: psycopg.Connection) -> str:
    """Return the name of the template for the code as it is, made if there is none."""
    name = f"{PREFIX}{_fingerprint()}"
    server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        listed = server.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
        ).fetchall()
        if (name,) not in listed:
            _migrate(server, name)
            for (old,) in listed:
                _drop(server, old)
    finally:
        server.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return name


def _migrate(server: psycopg.Connection, name: str) -> None:
    # Under another name until it is whole: a killed run leaves no half-made template behind.
    unfinished = "quarterdeck_unfinished_template"
    _drop(server, unfinished)
    kept = connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = unfinished
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
    finally:
        connection.settings_dict["TEST"]["NAME"] = kept
    connection.close()
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    server.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(name)))


def _fingerprint() -> str:
    root = Path(settings.BASE_DIR)
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _use(name: str) -> None:
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()


def _drop(server: psycopg.Connection, name: str) -> None:
    """Drop a database, with the sessions of ours that are still in it.

    WITH (FORCE) is refused while the server vacuums there, since only a superuser may end that. A plain DROP
    ends a vacuum by itself, and waits up to five seconds for it.
    """
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    for attempt in range(1, DROPS + 1):
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
            [name],
        )
        try:
            server.execute(drop)
        except errors.ObjectInUse:
            # A process that a test left behind connected once more.
            if attempt == DROPS:
                raise
        else:
            return


@contextmanager
def _server() -> Iterator[psycopg.Connection]:
    """Connect to the server itself, beside any database of the suite."""
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters, autocommit=True) as server:
        yield server
