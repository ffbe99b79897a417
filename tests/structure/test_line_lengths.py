"""The lines of code, templates, style sheets, and scripts fit on a screen."""

from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LONGEST = 160
# `static/` of the root holds the packages' collected files.
OURS = sorted(
    path
    for pattern in (
        "templates/**/*.html",
        "apps/**/*.html",
        "apps/**/*.css",
        "apps/**/*.js",
        "apps/**/*.py",
        "config/**/*.py",
    )
    for path in ROOT.glob(pattern)
    if "migrations" not in path.parts
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_kind_of_file_is_looked_at() -> None:
    assert {path.suffix for path in OURS} == {".html", ".css", ".js", ".py"}


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_no_line_is_too_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [
        f"{name_of(path)}:{number} has {len(line)} characters"
        for number, line in enumerate(lines, start=1)
        if len(line) > LONGEST
    ] == []
