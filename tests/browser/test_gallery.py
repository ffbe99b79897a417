"""Every kind of page at two widths, light and dark: no script fails, nothing is wider than the screen.

The pictures are for people to look at: they are in `$VAR_DIR/screenshots`.
"""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.gallery import furnish, pages
from tests.browser.layout import EVERY_LOOK, overflow, shades
from tests.factories.accounts import SuperuserFactory


@EVERY_LOOK
def test_every_kind_of_page_fits_its_screen(
    page_as: Callable[..., Page], screenshots: Path, width: str, dark: bool
) -> None:
    page = page_as(SuperuserFactory(first_name="Ada"), width=width, dark=dark)

    too_wide = []
    for name, url in pages(furnish()).items():
        page.goto(url)
        page.wait_for_function("document.querySelector('html').hasAttribute('x-cloak') === false")
        for shade in shades(page):
            page.screenshot(path=screenshots / f"{name}-{width}-{shade}.png")
            if overflow(page) > 0:
                too_wide.append(f"{name} {shade}")
    assert not too_wide
