"""Every kind of page in a real browser under the strict policy: nothing refused, no error, no miss."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from playwright.sync_api import Page

from apps.accounts.models import User
from apps.core.discovery import full_site
from tests.browser.gallery import furnish, pages
from tests.browser.watch import Watch
from tests.factories.accounts import SuperuserFactory
from tests.structure.samples import has_sample, sample

OpenPage = Callable[..., Page]

# In parts, so that several processes share the work. A model without a sample fails the structural tests.
MODELS = sorted(
    (model for model in full_site()._registry if has_sample(model)),
    key=lambda model: model._meta.label,
)
PARTS = [MODELS[start::4] for start in range(4)]


@pytest.fixture
def administrator(roles: None) -> User:
    return SuperuserFactory(first_name="Ada")


@pytest.fixture
def watch(page_as: OpenPage, administrator: User) -> Iterator[Watch]:
    watched = Watch(page_as(administrator, watched=True))
    yield watched
    assert not watched.faults, "\n".join(watched.faults)


def addresses(model: Any, record: Any) -> list[str]:
    """Return every address of the model's admin that a record's key, or nothing, makes complete."""
    found = []
    for pattern in full_site()._registry[model].get_urls():
        name = getattr(pattern, "name", None)
        try:
            keys = [record.pk for _ in pattern.pattern.converters]
            found.append(reverse(f"admin:{name}", args=keys))
        except NoReverseMatch:
            continue
    return found


def plain_addresses(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """Yield every address of the project that is complete as it stands."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = getattr(each.pattern, "_route", None)
        if route is None or "<" in str(route):
            continue
        if isinstance(each, URLResolver):
            yield from plain_addresses(each.url_patterns, f"{prefix}{route}")
        else:
            yield f"{prefix}{route}"


@pytest.mark.parametrize("part", PARTS, ids=range(len(PARTS)))
def test_every_page_of_every_model(watch: Watch, part: list[Any]) -> None:
    statuses = {url: watch.visit(url) for model in part for url in addresses(model, sample(model))}

    assert len(statuses) > 4 * len(part)
    assert set(statuses.values()) <= {200, 400, 403, 404, 405, 409}
    assert sum(status == 200 for status in statuses.values()) > 2 * len(part)


def test_every_page_that_is_no_records(watch: Watch) -> None:
    records = furnish()
    of_models = {url for model in MODELS for url in addresses(model, model())}
    others = set(plain_addresses()) - of_models
    for url in sorted(others, key=lambda url: "logout" in url):
        assert watch.visit(url) < 500, url
    for name, url in pages(records).items():
        assert watch.visit(url) == 200, name
    for url, status in {
        "/admin/no-such-page/": 404,
        "/admin/projects/task/no-such-task/change/": 404,
        "/no-such-page/": 404,
        "/invitations/no-such-token/": 404,
        "/admin/reports/reportrun/report/weekly/": 200,
        "/admin/search/?s=harbor": 200,
    }.items():
        assert watch.visit(url) == status, url


def test_the_pages_of_somebody_who_is_not_signed_in(page_as: OpenPage, live_server: Any) -> None:
    watched = Watch(page_as(None, watched=True))

    for url in ("/admin/login/", "/no-such-page/", "/invitations/no-such-token/"):
        watched.visit(url)
    assert not watched.faults, "\n".join(watched.faults)
