"""The settings that `make setup` and `make run` prepared `VAR_DIR` for, so that `manage.py` need not ask.

The note is in `$VAR_DIR/run/prepared.json`. It counts for the demo alone, and only where nothing points
to another system: with a secret key or host names of its own an installation is somebody's production,
and an address that the note does not hold may lead to one.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from config import env
from config.entry import LOCAL

NEVER_A_DEMO = ("secret_key", "allowed_hosts")
ADDRESSES = ("database_url", "redis_url", "email_url", "site_url")


def note() -> Path:
    return env.read().var_path / "run" / "prepared.json"


def read_note() -> dict[str, Any]:
    """Return the note, or nothing where `VAR_DIR` was not prepared."""
    try:
        found: dict[str, Any] = json.loads(note().read_text())
    except (OSError, ValueError):
        return {}
    return found


def write_note(**found: Any) -> None:
    """Note what was prepared, and with which settings and addresses."""
    environment = env.read()
    choice = {"settings": environment.django_settings_module, "addresses": _addresses(environment)}
    note().parent.mkdir(parents=True, exist_ok=True)
    # Never half a note, for a command that reads it meanwhile.
    part = note().with_suffix(".part")
    part.write_text(json.dumps({**found, **choice}, indent=2) + "\n")
    part.rename(note())


def recorded() -> str:
    """Return the demo's settings where `VAR_DIR` was prepared for them, else an empty string."""
    environment = env.read()
    given = environment.model_fields_set
    found = read_note()
    if not found or found.get("settings", LOCAL) != LOCAL or given & set(NEVER_A_DEMO):
        return ""
    known = set(found.get("addresses", []))
    return LOCAL if set(_addresses(environment)) <= known else ""


def _addresses(environment: env.Environment) -> list[str]:
    """Return digests of the addresses that are set: some of them hold passwords."""
    given = [(name, getattr(environment, name)) for name in ADDRESSES]
    return [
        hashlib.sha256(f"{name}={value}".encode()).hexdigest() for name, value in given if value
    ]
