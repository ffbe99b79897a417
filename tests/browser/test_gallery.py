"""Every kind of page at two widths, light and dark: no script fails, nothing is wider than the screen.

The pictures are for people to look at: they are in `$VAR_DIR/screenshots`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.gallery import furnish, pages
from tests.browser.layout import overflow
from tests.factories.accounts import SuperuserFactory


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_every_kind_of_page_fits_its_screen(
    page_as: Callable[..., Page], screenshots: Path, width: str, dark: bool
) -> None:
    page = page_as(SuperuserFactory(first_name="Ada"), width=width, dark=dark)

    too_wide = []
    for name, url in pages(furnish()).items():
        page.goto(url)
        page.wait_for_function("document.querySelector('html').hasAttribute('x-cloak') === false")
        look = "dark" if dark else "light"
        page.screenshot(path=screenshots / f"{name}-{width}-{look}.png")
        if overflow(page) > 0:
            too_wide.append(name)
    assert not too_wide
