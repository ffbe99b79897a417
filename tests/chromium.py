"""The Chromium of the browser tests, and what a run says that had none."""

import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

MISSING = (
    "No Chromium was found: install it (Debian: apt install chromium; or "
    ".venv/bin/python -m playwright install chromium)."
)
_SKIPPED = "browser tests need Chromium: "


@cache
def executable() -> str | None:
    """Return the path of the system's Chromium, else of Playwright's own, else nothing."""
    if found := shutil.which("chromium") or shutil.which("chromium-browser"):
        return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def is_required() -> bool:
    """Tell whether a run without Chromium is a failed one: in continuous integration."""
    return os.environ.get("CI", "").lower() in ("true", "1", "yes")


def skip_reason(why: str) -> str:
    return f"{_SKIPPED}{why}"


def tell_of_skipped(reporter: Any) -> None:
    """Say at the end of a run, where nobody overlooks it, that browser tests did not run."""
    reasons = [
        str(report.longrepr[2])
        for report in reporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and _SKIPPED in str(report.longrepr[2])
    ]
    if not reasons:
        return
    reporter.write_sep("!", "BROWSER TESTS DID NOT RUN", red=True, bold=True)
    reporter.write_line(
        f"{len(reasons)} tests that drive a browser were skipped. {reasons[0].partition(_SKIPPED)[2]}",
        red=True,
    )
    reporter.write_line("With CI=true such a run fails.", red=True)
