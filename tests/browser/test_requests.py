"""A purge that needs two people, in two real browsers; its pages at both widths, light and dark."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.accounts.models import ApprovalRequest, User
from apps.organizations.models import Organization
from tests.browser.layout import EVERY_LOOK, overflow, shades
from tests.factories.accounts import prove_factor
from tests.factories.organizations import MembershipFactory, TrashedOrganizationFactory
from tests.factories.projects import ProjectFactory


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.FOUR_EYES = {"purge": 0}


@EVERY_LOOK
def test_one_asks_and_another_approves(
    page_as: Callable[..., Page],
    staff_with_role: Callable[[str], User],
    screenshots: Path,
    live_server: Any,
    width: str,
    dark: bool,
) -> None:
    def signed_in(user: User) -> Page:
        page = page_as(user, width=width, dark=dark)
        client = Client()
        client.force_login(user)
        prove_factor(client)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        return page

    def preview(page: Page, name: str) -> None:
        page.locator("html:not([x-cloak])").wait_for()
        for shade in shades(page):
            page.screenshot(path=screenshots / f"{name}-{width}-{shade}.png")
            assert overflow(page) <= 0, (name, shade)

    asker, second = staff_with_role("Administrator"), staff_with_role("Operations")
    User.objects.filter(pk=second.pk).update(is_superuser=True, first_name="Olu")
    organization = TrashedOrganizationFactory(
        name="Harbor Committee", slug="harbor-committee", external_id="C-1001", deleted_by=second
    )
    for _ in range(3):
        MembershipFactory(organization=organization)
        ProjectFactory(organization=organization)

    page = signed_in(asker)
    page.goto(reverse("admin:organizations_trashedorganization_purge", args=[organization.pk]))
    preview(page, "purge-asks")
    page.get_by_label("Reason").fill("The customer asked for it.")
    page.get_by_label("Type “Harbor Committee” to confirm").fill("Harbor Committee")
    page.get_by_role("button", name="Ask a second person").click()
    expect(page.get_by_role("link", name="Withdraw")).to_be_visible()
    preview(page, "request-own")

    other = signed_in(second)
    other.goto(reverse("admin:index"))
    preview(other, "start-with-request")
    other.get_by_role("link", name="1 approval request waiting for your decision").click()
    other.wait_for_url("**/approvalrequest/**")
    preview(other, "requests")
    request = ApprovalRequest.objects.get()
    other.goto(reverse("admin:accounts_approvalrequest_change", args=[request.pk]))
    preview(other, "request-to-decide")
    other.get_by_role("link", name="Approve").click()
    other.wait_for_url("**/approve/")
    preview(other, "request-approve")
    other.get_by_role("button", name="Approve").click()
    expect(other.get_by_text("Approved and done").first).to_be_visible()
    preview(other, "request-done")
    assert not Organization.all_objects.filter(pk=organization.pk).exists()
