"""Every link that a page of the back office builds leads to a page."""

import html
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.discovery import full_site
from tests.factories.accounts import SuperuserFactory, prove_factor
from tests.structure.samples import sample

pytestmark = pytest.mark.django_db
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b\d+\b")
_LINK = re.compile(r'<a\b[^>]*\bhref="([^"#]+)')


def test_every_link_of_every_page_answers() -> None:
    client = Client()
    client.force_login(SuperuserFactory())
    prove_factor(client)
    starts = [reverse("admin:index"), *pages_of_records()]
    seen: set[Any] = set()
    broken = []

    todo = [(start, "the start") for start in starts]
    while todo:
        url, source = todo.pop(0)
        if kind_of(url) in seen:
            continue
        seen.add(kind_of(url))
        page = client.get(url)
        if page.status_code >= 400:
            broken.append(f"{url} on {source}: {page.status_code}")
        if source == "the start" or "?" in url:
            todo += [(link, url) for link in links_on(page, url)]

    assert not broken, "\n".join(broken)
    # The links that this is about were there to be visited.
    names = {name for _, parameters in seen for name in parameters}
    assert {"groups__id__exact", "organization__id__exact", "whose"} <= names


def pages_of_records() -> list[str]:
    found = []
    for model, model_admin in full_site()._registry.items():
        record = sample(model)
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        if model_admin.search_fields:
            found.append(f"{reverse(f'{name}_changelist')}?q=a")
        found.append(reverse(f"{name}_change", args=[record.pk]))
    return found


def kind_of(url: str) -> tuple[str, frozenset[str]]:
    """Return what makes two links alike: the path without its keys, and the names of the parameters."""
    parts = urlsplit(url)
    names = frozenset(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return _KEY.sub("#", parts.path), names


def links_on(page: Any, base: str) -> list[str]:
    if page.streaming or "text/html" not in page.headers.get("Content-Type", ""):
        return []
    found = []
    for link in map(html.unescape, _LINK.findall(page.content.decode())):
        if link.startswith("?"):
            link = urlsplit(base).path + link
        if link.startswith("/") and not link.startswith(("//", "/static/")):
            found.append(link)
    return found
