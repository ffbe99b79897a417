"""A page of the back office refuses a parameter that it does not declare: one rule for every address."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.core.admin.page_parameters import parameters_of
from apps.core.discovery import full_site
from apps.reports.registry import all_reports
from tests.factories.accounts import SuperuserFactory, prove_factor
from tests.structure.samples import sample

pytestmark = pytest.mark.django_db
_PARAMETER = re.compile(r"<(?:(\w+):)?\w+>")
_VALUES = {"int": "1", "uuid": str(uuid.uuid4()), "slug": "x", "path": "1", "str": "x"}


def admin_patterns() -> Iterator[tuple[str, Any]]:
    """Yield (an address, its view) of every pattern under the admin."""
    full_site()

    def walk(patterns: list[Any], before: str) -> Iterator[tuple[str, Any]]:
        for entry in patterns:
            route = before + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, route)
            elif isinstance(entry, URLPattern) and "(?P" not in route:
                address = _PARAMETER.sub(lambda found: _VALUES[found[1] or "str"], route)
                yield f"/{address}", entry.callback

    yield from (pair for pair in walk(get_resolver().url_patterns, "") if is_admin(pair[0]))


def is_admin(address: str) -> bool:
    return address.startswith(reverse("admin:index"))


@pytest.fixture
def visitor() -> Client:
    client = Client()
    client.force_login(SuperuserFactory())
    return prove_factor(client)


@pytest.mark.usefixtures("drawing")
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_refuses_what_it_does_not_declare(visitor: Client, method: str) -> None:
    answered = {}
    looks_itself = []
    request = visitor.get("/admin/").wsgi_request
    for address, view in admin_patterns():
        if parameters_of(view, request) is None:
            looks_itself.append(address)
            continue
        answer = getattr(visitor, method)(f"{address}?zz_nowhere=1")
        if answer.status_code != 400:
            answered[address] = answer.status_code

    assert not answered
    # Lists, exports of lists, reports and timelines, each of which has a test of its own.
    of_its_own = re.compile(r"/(export|history|report/x(/.*)?|record/x/1)/$|^/admin/\w+/\w+/$")
    assert [address for address in looks_itself if not of_its_own.search(address)] == []


def test_pages_that_look_into_their_address_themselves_refuse_the_rest(visitor: Client) -> None:
    record = sample(next(m for m in full_site()._registry if m.__name__ == "Organization"))
    pages = [
        reverse("admin:organizations_organization_export"),
        reverse("admin:organizations_organization_history", args=[record.pk]),
        reverse("admin:audit_changeset_record", args=["organizations.organization", record.pk]),
        reverse("admin:audit_changeset_changelist"),
    ]
    for report in all_reports():
        pages.append(reverse("admin:reports_reportrun_report", args=[report.name]))

    for page in pages:
        assert visitor.get(page).status_code == 200, page
        assert visitor.get(f"{page}?zz_nowhere=1").status_code == 400, page
    name = next(iter(all_reports())).name
    for post in (
        reverse("admin:reports_reportrun_download", args=[name, "csv"]),
        reverse("admin:reports_reportrun_subscription", args=[name]),
    ):
        assert visitor.post(f"{post}?zz_nowhere=1").status_code == 400, post


def test_the_refusal_is_a_page_that_names_the_parameter_and_leads_back(visitor: Client) -> None:
    page = visitor.get("/admin/access/me/?qq=delete")

    assert page.status_code == 400
    assert "This page has no parameter “qq”." in page.content.decode()
    assert 'href="/admin/access/me/"' in page.content.decode()
    assert visitor.get("/admin/access/me/?q=delete").status_code == 200


def test_a_stranger_is_asked_to_sign_in_first() -> None:
    answer = Client().get("/admin/access/me/?zz_nowhere=1")

    assert answer.status_code == 302
    assert "login" in answer["Location"]
