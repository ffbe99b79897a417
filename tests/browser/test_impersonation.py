"""The banner of somebody who acts as somebody else: there, in sight, and a way out."""

from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import Page

from apps.accounts.models import User
from tests.browser.layout import EVERY_LOOK, shades
from tests.factories.accounts import StaffFactory, UserFactory


@EVERY_LOOK
def test_the_banner_is_in_sight_on_every_page_until_one_stops(
    page_as: Callable[..., Page],
    staff_with_role: Callable[[str], User],
    screenshots: Path,
    width: str,
    dark: bool,
) -> None:
    target = StaffFactory(first_name="Ida", last_name="Berg")
    target.groups.add(Group.objects.get(name="Support"))
    UserFactory.create_batch(30)
    page = page_as(staff_with_role("Administrator"), width=width, dark=dark)

    def shoot(name: str) -> None:
        for shade in shades(page):
            page.screenshot(path=screenshots / f"{name}-{width}-{shade}.png")

    page.goto(reverse("admin:accounts_user_impersonate", args=[target.pk]))
    shoot("impersonation-begin")
    page.fill("textarea[name=reason]", "She sees an empty list, ticket 512.")
    page.locator("form:has(textarea[name=reason]) button[type=submit]").first.click()
    page.wait_for_url("**/admin/")

    banner = page.locator(".qd-impersonation")
    for address in (reverse("admin:index"), reverse("admin:accounts_user_changelist")):
        page.goto(address)
        page.mouse.wheel(0, 2000)
        assert banner.is_visible()
        box = banner.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["width"] <= page.viewport_size["width"]  # type: ignore[index]
        shoot(f"impersonation-{address.strip('/').replace('/', '-')}")

    banner.get_by_role("button", name="Stop").click()
    page.wait_for_url("**/accounts/user/**")
    assert not banner.is_visible()
    page.goto(reverse("admin:accounts_disclosure_changelist"))
    shoot("disclosures")
    page.goto(reverse("admin:accounts_user_anonymize", args=[UserFactory().pk]))
    shoot("anonymize")
