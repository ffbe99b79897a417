"""A machine without Chromium runs the rest of the suite, and says what it left out."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import env

pytestmark = pytest.mark.faults

TEST = "tests/browser/test_parts.py"


def machine(tmp_path: Path, **variables: str) -> dict[str, str]:
    """Return an environment in which no Chromium is found: neither a system's nor Playwright's."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "id", "dirname", "env", "git", "ps"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    left_out = {"CI", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"}
    return {
        **{name: value for name, value in os.environ.items() if name not in left_out},
        "PATH": str(programs),
        "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "none"),
        **variables,
    }


def run(*command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=env.ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("processes", ["0", "1"])
def test_the_browser_tests_are_skipped_and_the_run_says_so(processes: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n", processes, "--no-cov", TEST]

    done = run(
        *command,
        "tests/core/test_headers.py",
        "-k",
        "parts or policy",
        environment=machine(tmp_path),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "BROWSER TESTS DID NOT RUN" in done.stdout
    assert "skipped. No Chromium was found" in done.stdout


def test_in_continuous_integration_they_fail(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "--no-cov", "-x", TEST]

    done = run(*command, environment=machine(tmp_path, CI="true"))

    assert done.returncode == 1, done.stdout + done.stderr
    assert "No Chromium was found" in done.stdout


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_make_goes_on_without_a_browser_unless_it_is_continuous_integration(
    ci: str, code: int, tmp_path: Path
) -> None:
    environment = machine(tmp_path, CI=ci, HTTPS_PROXY="http://127.0.0.1:9")

    done = run("/bin/sh", "deploy/bin/browser", environment=environment)

    assert done.returncode == code, done.stderr
    assert "No Chromium was found and none could be installed" in done.stderr
