"""The commands of the Makefile, and what they are made from."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_help_lists_every_target_of_the_makefile() -> None:
    output = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"help", "setup", "run", "test", "check", "bench"} <= set(targets)
    for target in targets:
        assert re.search(rf"^  make {target} +\S", output, re.MULTILINE), target


def test_the_pins_are_those_of_the_declared_dependencies() -> None:
    done = subprocess.run(
        [sys.executable, "deploy/bin/lock.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_dependency_says_why_it_is_there() -> None:
    declared = re.findall(
        r'^    "[A-Za-z][^"]*[<>=~][^"]*",(.*)$', (ROOT / "pyproject.toml").read_text(), re.M
    )
    assert len(declared) > 30
    for rest in declared:
        assert re.fullmatch(r" +# [A-Z`].{10,}\.", rest), rest


def test_the_pins_hold_hashes_and_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pinned = re.findall(r"^[a-z0-9].*==", text, re.M)
        assert pinned
        for block in re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]:
            assert "--hash=sha256:" in block, block
