"""What deploy/security.md claims is shown by tests that are really there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_check_names_a_test_that_is_there() -> None:
    text = (ROOT / "deploy/security.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(?:\w+::)?(\w+)`", text)
    heads = ("| ---", "| Check |", "| Way |")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    checks = [line for line in lines if not line.startswith(heads)]

    gone = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).exists()
        or f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]

    assert not gone
    assert len(named) == len(checks) > 40
