"""How wide a page is, asked once it has arrived."""

from playwright.sync_api import Page


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
