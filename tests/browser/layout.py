"""How a page looks once it has arrived: how wide it is, in light and in dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

# What a person does is done at each width, once with either theme from the start.
EVERY_LOOK = pytest.mark.parametrize(
    ("width", "dark"), [("wide", False), ("narrow", True)], ids=["wide-light", "narrow-dark"]
)


def shades(page: Page) -> Iterator[str]:
    """Yield "light" and "dark", with the page as it looks then, and leave it as it was.

    A theme is a class of the document and changes colors alone, so nothing is loaded again.
    """
    dark = "document.documentElement.classList"
    was_dark = page.evaluate(f"{dark}.contains('dark')")
    for shade in ("light", "dark"):
        page.evaluate(f"dark => {dark}.toggle('dark', dark)", shade == "dark")
        yield shade
    page.evaluate(f"dark => {dark}.toggle('dark', dark)", was_dark)


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window.

    After a click that opens another page, wait for its address or for a text on it first: a click
    returns while the browser is between the two, where a page has no document to measure.
    """
    page.wait_for_load_state()
    page.wait_for_function("document.fonts.status === 'loaded'")
    wide: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide
