"""An environment that holds `requirements.txt` and nothing else, as production has it."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config import env

ROOT = env.ROOT


def _bootstrap() -> Any:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "deploy/bin/bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def missing(sentence: str) -> None:
    """Skip what this machine cannot show; where CI runs, nothing is left out silently."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def make_environment(folder: Path) -> Path:
    """Install `requirements.txt` alone into `folder`, by what `make setup` uses; return its Python."""
    bootstrap = _bootstrap()
    bootstrap.VENV = folder
    bootstrap.PYTHON = folder / "bin" / "python"
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    try:
        bootstrap.make_venv(uv)
        bootstrap.install("run", uv)
    except SystemExit:
        missing(
            "requirements.txt could not be installed: no package index can be reached from here."
        )
    python: Path = bootstrap.PYTHON
    return python


def plain_environment(**variables: str) -> dict[str, str]:
    """Return this process's environment without a variable of the project, and with these."""
    known = {name.upper() for name in env.Environment.model_fields}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in known and not name.startswith(("DJANGO_", "PYTEST_", "COV_", "VIRTUAL_ENV"))
    }
    return {**kept, **variables}


def run(python: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), *arguments],
        cwd=ROOT,
        env=plain_environment(**variables),
        capture_output=True,
        text=True,
        check=False,
        # Long beyond any load.
        timeout=900,
        umask=0,
    )
