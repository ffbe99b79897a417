"""Finds a person, an organization, or a page from anywhere (Ctrl+K).

It replaces Unfold's own search, which has no limit and caches results for five minutes, even after
a permission was revoked.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.dataclasses import SearchResult

from apps.accounts.models import User
from apps.backoffice.navigation import sidebar
from apps.core.admin.page_parameters import number_of, takes
from apps.core.admin.paging.order import keys_of
from apps.core.admin.paging.search import fetch_matches
from apps.core.errors import AddressRefused
from apps.core.personal import reveal
from apps.organizations.models import Organization
from apps.projects.models import Project

OF_EACH_KIND = 8
SHORTEST = 2


@dataclass(frozen=True)
class SearchKind:
    """A model that is searched, and the text beside a record's name."""

    model: type[Model]
    icon: str
    about: Callable[[Any, User], str]
    related: tuple[str, ...] = ()


def _about_person(person: User, viewer: User) -> str:
    return f"Person, {reveal(person.email, key=person.pk)}"


KINDS = [
    SearchKind(Organization, "apartment", lambda found, viewer: f"Organization, {found.slug}"),
    SearchKind(User, "person", _about_person),
    SearchKind(
        Project,
        "folder_open",
        lambda found, viewer: f"Project of {found.organization}",
        ("organization",),
    ),
]


@takes("s", "page")
def search(request: HttpRequest) -> HttpResponse:
    """Return the results: pages by name, then records by words, a few of each kind."""
    words = request.GET.get("s", "").strip()
    if number_of(request, "page") > 1:
        raise AddressRefused("All results are on one page.", page_url=request.path)
    if len(words) < SHORTEST:
        return HttpResponse()
    started = time.monotonic()
    found = [*_pages(request, words), *_records(request, words)]
    results = Paginator(found, max(len(found), 1))
    return TemplateResponse(
        request,
        "unfold/helpers/command_results.html",
        {
            "search_term": words,
            "page_obj": results,
            "results": results.page(1),
            "page_counter": 0,
            "execution_time": time.monotonic() - started,
            "command_show_history": False,
        },
        headers={"HX-Trigger": "search", "Cache-Control": "no-store"},
    )


def _pages(request: HttpRequest, words: str) -> list[SearchResult]:
    return [
        SearchResult(item["title"], group["title"] or "Page", item["link"], item["icon"])
        for group in sidebar(request)
        for item in group["items"]
        if words.lower() in item["title"].lower()
    ]


def _records(request: HttpRequest, words: str) -> list[SearchResult]:
    viewer: Any = request.user
    results = []
    for kind in KINDS:
        opts = kind.model._meta
        if not viewer.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
            continue
        manager: Any = kind.model._default_manager
        records: QuerySet[Any] = manager.for_staff(viewer).search(words)
        results += [
            SearchResult(
                str(record),
                kind.about(record, viewer),
                reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk]),
                kind.icon,
            )
            for record in _newest(records, kind)
        ]
    return results


def _newest(records: QuerySet[Any], kind: SearchKind) -> list[Any]:
    """Return the newest few: of a frequent word at once, however many match."""
    keys = keys_of(records, ["-pk"])
    rows = fetch_matches(records, keys, None, OF_EACH_KIND).rows
    found = kind.model._base_manager.select_related(*kind.related).in_bulk([row.pk for row in rows])
    return [found[row.pk] for row in rows if row.pk in found]
