"""What each response tells the browser beside the policy, and how cookies are marked."""

import re
from contextlib import closing
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.core.headers import PERMISSIONS_POLICY
from apps.reports.models import ReportRun
from tests.factories.accounts import SuperuserFactory, prove_factor
from tests.factories.organizations import OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(SuperuserFactory())
    return client


@pytest.mark.parametrize(
    "address",
    ["/admin/", "/admin/organizations/organization/", "/admin/no-such-page/", "/admin/search/?s=a"],
)
def test_a_page_of_the_back_office_is_kept_by_no_cache_and_framed_by_nobody(
    administrator: Client, address: str
) -> None:
    response = administrator.get(address)

    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Permissions-Policy"] == PERMISSIONS_POLICY


def test_the_form_of_a_related_record_may_be_framed_by_our_own_page_alone(
    administrator: Client,
) -> None:
    response = administrator.get(reverse("admin:projects_project_add") + "?_popup=1")

    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert "script-src 'self' 'nonce-" in response["Content-Security-Policy"]


def test_the_words_of_the_scripts_are_kept_for_a_while(administrator: Client) -> None:
    response = administrator.get(reverse("admin:jsi18n"))

    assert response["Cache-Control"] == "private, max-age=3600"


def test_static_files_are_served_with_the_same_care(client: Client) -> None:
    with closing(client.get("/static/core/favicon.svg")) as response:
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "private" not in response["Cache-Control"]


def test_a_download_is_an_attachment_that_no_browser_runs(administrator: Client) -> None:
    prove_factor(administrator)
    OrganizationFactory()
    template = reverse("admin:transfers_importrun_template", args=["members", "csv"])
    report = reverse("admin:reports_reportrun_download", args=["weekly", "csv"])
    answers: dict[str, Any] = {
        "template": administrator.get(template),
        "report": administrator.post(report),
        "report again": administrator.get(
            reverse("admin:reports_reportrun_file", args=[ReportRun.objects.get().pk])
        ),
        "audit log": administrator.post(reverse("admin:audit_changeset_export")),
    }

    for name, response in answers.items():
        with closing(response):
            assert response.status_code == 200, name
            assert re.fullmatch(
                r'attachment; filename="[\w.,-]+"', response["Content-Disposition"]
            ), name
            assert response["X-Content-Type-Options"] == "nosniff", name
            assert response["Cache-Control"] == "private, no-store", name
            assert response["Content-Security-Policy"] == "default-src 'none'; sandbox", name


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client: Client) -> None:
    user = SuperuserFactory()
    user.set_password("a long and quiet afternoon")
    user.save()
    page = reverse("account_login")
    client.get(page)
    signed_in = client.post(page, {"login": user.email, "password": "a long and quiet afternoon"})

    assert signed_in.status_code == 302
    assert {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME} <= set(client.cookies)
    for cookie in client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] in ("Lax", "Strict"), cookie.key
        assert cookie["path"] == "/", cookie.key
        assert not cookie["domain"], cookie.key
