"""No template of ours carries what the strict policy refuses; mails, which no policy guards, may."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
INLINE = re.compile(
    r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style(?![^>]*nonce)|<script(?![^>]*(\ssrc=|nonce))|javascript:""",
    re.IGNORECASE,
)
PAGES = sorted(
    path.relative_to(TEMPLATES)
    for path in TEMPLATES.rglob("*.html")
    # Mails, and a report that is downloaded as a file, have no style sheet to link to.
    if "mail" not in path.parts and path.name not in ("mail.html", "document.html")
)


def test_there_are_pages_to_look_at() -> None:
    assert len(PAGES) > 50


@pytest.mark.parametrize("name", PAGES, ids=str)
def test_a_page_holds_nothing_inline(name: Path) -> None:
    lines = (TEMPLATES / name).read_text().splitlines()

    assert [line.strip() for line in lines if INLINE.search(line)] == []
