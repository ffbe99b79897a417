"""A person adds a service account, makes its key in the browser, and sees it once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page

from apps.accounts.models import User
from apps.api.models import ServiceAccount
from tests.factories.api import key_of, maker
from tests.factories.organizations import OrganizationFactory

type OpenPage = Callable[..., Page]

pytestmark = pytest.mark.browser


def test_a_key_is_made_and_shown_once(
    page_as: OpenPage, staff_with_role: Callable[[str], User], screenshots: Path
) -> None:
    person = staff_with_role("Administrator")
    account, _ = key_of(
        maker(first_name="Ada", last_name="Castellanos"), organizations=[OrganizationFactory()]
    )
    mine = ServiceAccount.objects.get(pk=key_of(person, name="Nightly roster")[0].pk)
    for width, dark in (("wide", False), ("narrow", True)):
        page = page_as(person, width=width, dark=dark)
        page.goto("/admin/api/serviceaccount/")
        page.screenshot(path=screenshots / f"service-accounts-{width}.png")
        page.goto("/admin/api/serviceaccount/add/")
        page.screenshot(path=screenshots / f"service-account-add-{width}.png")
        page.goto(f"/admin/api/serviceaccount/{account.pk}/change/")
        page.screenshot(path=screenshots / f"service-account-{width}.png", full_page=True)
        page.goto(f"/admin/api/serviceaccount/{mine.pk}/make-key/")
        page.fill("[name=reason]", "Replaces the old one.")
        page.screenshot(path=screenshots / f"service-account-make-{width}.png")
        page.click("#main button[type=submit], .qd-confirm button[type=submit]")
        key = page.locator("code").inner_text()
        page.screenshot(path=screenshots / f"service-account-key-{width}.png")
        answer = Client().get("/api/v1/users/me/", headers={"Authorization": f"Bearer {key}"})
        assert answer.json()["service_account"] == "Nightly roster"
        page.click("text=Done")
        assert key not in page.content()
