"""Opening a page's form and posting it, as a browser does."""

from typing import Any

from django.test import Client

from tests.structure.access.payloads import payload, posting_forms


def opened(client: Client, url: str) -> dict[str, Any]:
    """Return what the page's form would post as it stands, with a reason."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    return payload(page)


def is_version(name: str) -> bool:
    """Tell whether a field says on which version its page was opened."""
    return name in ("_seen", "plan_token") or name.endswith("_opened")


def version(client: Client, url: str) -> dict[str, Any]:
    """Return only what says on which version the page was opened."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    return {
        name: value
        for fields in posting_forms(page)
        for name, value in fields.items()
        if is_version(name)
    }


def save(client: Client, url: str, data: dict[str, Any], **options: Any) -> Any:
    """Post `data` as somebody does who has just opened the page."""
    return client.post(url, {**version(client, url), **data}, **options)
