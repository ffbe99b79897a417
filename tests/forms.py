"""Opening a page's form and posting it, as a browser does."""

from typing import Any

from django.test import Client

from tests.structure.access.payloads import payload


def opened(client: Client, url: str) -> dict[str, Any]:
    """Return what the page's form would post as it stands, with a reason."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    return payload(page)


def version(client: Client, url: str) -> dict[str, Any]:
    """Return only what says on which version the page was opened."""
    return {
        name: value
        for name, value in opened(client, url).items()
        if name == "_seen" or name.endswith("_opened")
    }


def save(client: Client, url: str, data: dict[str, Any], **options: Any) -> Any:
    """Post `data` as somebody does who has just opened the page."""
    return client.post(url, {**version(client, url), **data}, **options)
