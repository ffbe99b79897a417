"""Runs the product's commands as a person would: each a process of its own, on the benchmark's database."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from config import env

# Seconds that a command may take, whatever it does.
LONGEST = 1200


@dataclass(frozen=True)
class Done:
    """What a command printed (`--json`), and the most memory that its process had."""

    said: dict[str, Any]
    peak_mb: float
    code: int

    def __getitem__(self, name: str) -> Any:
        return self.said[name]


class CommandFailedError(RuntimeError):
    """A command ended with a code other than those of work that was done."""


class Started:
    """A command on its way."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.arguments = arguments
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.bench._child", *arguments, "--json"],
            cwd=env.ROOT,
            env={
                **_surroundings(),
                "DATABASE_URL": database_url(),
                "VAR_DIR": str(folder / "var"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait(self) -> Done:
        try:
            out, errors = self.process.communicate(timeout=LONGEST)
        finally:
            self.process.kill()
        code = self.process.returncode
        if code not in (0, 3):
            raise CommandFailedError(f"{self.arguments} ended with {code}: {errors[-2000:]}")
        peak = float(errors.rpartition("peak ")[2])
        return Done(json.loads(out.strip().splitlines()[-1]), peak, code)


def command(folder: Path, *arguments: str) -> Done:
    return Started(folder, *arguments).wait()


def _surroundings() -> dict[str, str]:
    return {name: each for name, each in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def database_url() -> str:
    from django.db import connection

    settings = connection.settings_dict
    login = quote(settings["USER"], safe="")
    if settings["PASSWORD"]:
        login += ":" + quote(settings["PASSWORD"], safe="")
    port = settings["PORT"] or 5432
    host = quote(settings["HOST"], safe="")
    return f"postgresql://{login}@/{settings['NAME']}?host={host}&port={port}"
