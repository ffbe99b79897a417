"""Bring database and static files up to the code: `python -m deploy.standalone.prepare [--demo]`.

One process for what would be five `manage.py` calls. Every step may run again and again; what was
prepared is noted in `$VAR_DIR/run/prepared.json`, so that `make run` can skip all of it.
"""

import hashlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config import env, private
from config.entry import LOCAL, enter
from deploy.standalone.prepared_note import read_note, write_note

# What the prepared state is made from, relative to the project's folder.
SOURCES = (
    "apps",
    "config",
    "deploy/standalone",
    "fixtures",
    "templates",
    "static",
    "requirements.txt",
)


def fingerprint() -> str:
    """Return a value that changes with any file that set-up reads, and with the database used."""

    def files() -> Iterator[os.DirEntry[str] | Path]:
        for source in SOURCES:
            for folder, folders, names in os.walk(env.ROOT / source):
                folders[:] = sorted(name for name in folders if name != "__pycache__")
                yield from (Path(folder, name) for name in sorted(names))
        yield env.ROOT / "requirements.txt"

    seen = hashlib.sha256(env.read().database_url.encode())
    for path in files():
        status = path.stat()
        seen.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def prepared() -> dict[str, Any] | None:
    """Return the note of the last set-up for the demo if nothing has changed since."""
    if env.read().database_url:  # Another server can have been emptied without our seeing it.
        return None
    found = read_note()
    return found if found.get("fingerprint") == fingerprint() and found.get("demo") else None


def prepare(*, demo: bool) -> None:
    enter(default=LOCAL)
    before = fingerprint()

    # Settings are chosen above, and Django reads them as it is loaded.
    import django

    django.setup()

    # Commands and models are there once Django is set up.
    from django.core.management import call_command

    _say("Migrating the database")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    _say("Loading the reference data")
    call_command("load_reference", stdout=io.StringIO())
    sign_ins = _seed() if demo else []
    _say("Collecting the static files")
    call_command("collectstatic", interactive=False, verbosity=0)
    private.tighten(env.read().var_path)
    write_note(fingerprint=before, demo=demo, sign_ins=sign_ins)


def _seed() -> list[dict[str, str]]:
    """Create the demo's data if there is none; return one sign-in for each role."""
    # Commands and models are there once Django is set up, which is `prepare`'s work.
    from django.core.management import call_command

    # See above.
    from apps.accounts.models import User
    from apps.backoffice.demo.staff import PASSWORD, STAFF, demo_email

    emails = {role: demo_email(role) for role in STAFF}
    if not User.objects.filter(email__in=emails.values()).exists():
        _say("Creating the demo's people, organizations, and projects")
        call_command("seed_demo", stdout=io.StringIO(), stderr=io.StringIO())
    there = set(User.objects.filter(email__in=emails.values()).values_list("email", flat=True))
    return [
        {"role": role, "email": email, "password": PASSWORD}
        for role, email in emails.items()
        if email in there
    ]


def _say(sentence: str) -> None:
    print(f"* {sentence}", flush=True)  # noqa: T201


if __name__ == "__main__":
    prepare(demo="--demo" in sys.argv)
