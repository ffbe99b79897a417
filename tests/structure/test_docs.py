"""The documents: every link leads somewhere, and the two front pages stay short."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
IMPORT = re.compile(r"^ *from (apps[\w.]*) import (\w+(?:, \w+)*)$", re.MULTILINE)
# A path in code quotes, such as `apps/core/gates.py`.
QUOTED = re.compile(r"`((?:apps|config|deploy|docs|fixtures|static|templates|tests)/[\w./-]+)`")


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to a page's headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
        for heading in HEADING.findall(page.read_text())
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_path_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text()
    dead = []
    for link in LINK.findall(text):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (
            anchor and target.suffix == ".md" and anchor not in anchors(target)
        ):
            dead.append(link)
    dead += [path for path in QUOTED.findall(text) if not (ROOT / path).exists()]

    assert not dead, f"{page.relative_to(ROOT)} names what does not exist: {', '.join(dead)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_name_that_an_example_imports_is_there(page: Path) -> None:
    text = page.read_text()
    missing = [
        f"{module}.{name}"
        for module, names in IMPORT.findall(text)
        for name in names.split(", ")
        # An example also imports what it has made before.
        if not re.search(rf"\b(?:class|def) {name}\b", text)
        and not hasattr(import_module(module), name)
    ]

    assert not missing, (
        f"{page.relative_to(ROOT)} imports what does not exist: {', '.join(missing)}"
    )


def test_the_front_pages_stay_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 150


def test_every_decision_is_listed_and_says_its_context_and_cost() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    for page in folder.glob("0*.md"):
        text = page.read_text()
        assert f"({page.name})" in index, page.name
        assert all(f"## {part}" in text for part in ("Context", "Decision", "Cost")), page.name
