"""Files that stand in for Unfold's are those of the version that is installed."""

import re
from importlib.metadata import version
from pathlib import Path

import unfold
from django.conf import settings
from django.contrib.staticfiles import finders

STATIC = Path(unfold.__file__).parent / "static"


def version_of_alpine(path: Path) -> str:
    found = re.search(r'version:"([\d.]+)"', path.read_text())
    assert found
    return found[1]


def test_pages_load_the_alpine_that_evaluates_no_text_in_the_version_line_of_unfolds() -> None:
    name = "unfold/js/alpine/alpine.js"
    served = Path(str(finders.find(name)))

    source = served.read_text()

    assert "new Function" not in source
    assert "AsyncFunction" not in source
    assert "CSP Parser Error" in source
    ours, theirs = (version_of_alpine(path).split(".") for path in (served, STATIC / name))
    assert ours[:2] == theirs[:2]


def test_the_versions_that_are_written_down_are_those_of_the_files() -> None:
    served = Path(str(finders.find("unfold/js/alpine/alpine.js")))
    notes = (served.parents[3] / "README.md").read_text()

    assert f"`@alpinejs/csp` {version_of_alpine(served)}" in notes
    assert f"Alpine {version_of_alpine(STATIC / 'unfold/js/alpine/alpine.js')}" in notes
    assert (
        f"@alpinejs/csp {version_of_alpine(served)}" in (served.parent / "LICENSE.txt").read_text()
    )


def test_the_layout_is_the_installed_one_but_for_what_its_comment_says() -> None:
    name = "templates/unfold/layouts/skeleton.html"
    theirs = (Path(unfold.__file__).parent / name).read_text().splitlines()
    ours = (Path(settings.BASE_DIR) / name).read_text()
    # Our lines are broken elsewhere.
    known = "".join(ours.split())

    gone = [line.strip() for line in theirs if "".join(line.split()) not in known]

    assert gone == ["{% if colors %}", '<style id="unfold-theme-colors">']
    assert f"Unfold {version('django-unfold')} with two changes" in ours
