"""Templates that stand in for a package's own: a change in the installed package fails by name."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import allauth
import unfold
from django.conf import settings

OURS = Path(settings.BASE_DIR) / "templates"
PACKAGES = [Path(package.__file__).parent / "templates" for package in (unfold, allauth)]
# The package's file that ours was written from, by its digest.
KNOWN = Path(__file__).with_name("copied_templates.json")


def standing_in() -> Iterator[tuple[str, Path]]:
    """Yield the name of each template of ours that hides one of a package, and the hidden file."""
    for ours in sorted(OURS.rglob("*.html")):
        name = ours.relative_to(OURS)
        for package in PACKAGES:
            if (package / name).exists():
                yield name.as_posix(), package / name


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_each_template_of_ours_was_written_from_the_installed_one() -> None:
    """Compare the new version with ours, take over what matters, and write the new digest down."""
    installed = {name: digest(path) for name, path in standing_in()}
    known = json.loads(KNOWN.read_text())

    assert sorted(installed) == sorted(known)
    changed = [name for name in known if installed[name] != known[name]]
    assert changed == [], "The package's own version of these templates has changed."
