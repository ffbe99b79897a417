"""Templates of the ground floor link to nothing above it: a higher app adds its own to the page."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CORE = ROOT / "templates" / "core"
URL = re.compile(r"""{%-?\s*url\s+["']([\w:]+)["']""")
INCLUDE = re.compile(r"""{%-?\s*(?:include|extends)\s+["']([\w/]+)/""")


def test_core_templates_link_to_nothing_above_them() -> None:
    apps = {path.name for path in (ROOT / "apps").iterdir() if path.is_dir()} - {"core"}
    found = []
    for path in CORE.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found += [
            f"{path.name}: {name}"
            for name in URL.findall(text)
            if name.split(":")[0] != "admin" or name.removeprefix("admin:").split("_")[0] in apps
        ]
        found += [
            f"{path.name}: {name}" for name in INCLUDE.findall(text) if name.split("/")[0] in apps
        ]

    assert not found, f"Add it from the app's plugs.py (apps/core/admin/additions.py): {found}"


def test_a_higher_app_adds_to_every_page() -> None:
    from apps.core.admin.additions import added_templates

    assert added_templates("list") == ["backoffice/access/why_list.html"]
    assert added_templates("record") == ["backoffice/access/why_record.html"]
