"""Two people on one record, in a real browser: the conflict is shown, chosen and saved."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.core.actors import attributed
from apps.organizations.models import Role
from apps.organizations.services import membership_update, organization_update
from tests.browser.conftest import WIDTHS
from tests.browser.layout import overflow
from tests.factories.accounts import UserFactory
from tests.factories.organizations import MembershipFactory, OwnerFactory

OpenPage = Callable[..., Page]
WithRole = Callable[[str], User]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_conflict_is_seen_and_decided_by_keyboard(
    scheme: str, page_as: OpenPage, staff_with_role: WithRole, screenshots: Path
) -> None:
    organization = OwnerFactory(organization__name="Harbor Committee").organization
    membership = MembershipFactory(organization=organization, user=UserFactory(first_name="Ida"))
    colleague = UserFactory(first_name="Ada", last_name="Castellanos")
    page = page_as(staff_with_role("Administrator"), dark=scheme == "dark", watched=True)
    page.goto(reverse("admin:organizations_organization_change", args=[organization.pk]))
    with attributed(actor=colleague, reason="The sign says so.", source="form"):
        organization_update(
            organization=organization, name="Bright Harbor Committee", slug="bright", actor=None
        )
        membership_update(membership=membership, role=Role.ADMIN, actor=None)
    page.locator("#id_name").fill("Dark Harbor Committee")
    page.locator("#id_status").select_option("suspended")
    page.locator("#id__reason").fill("They moved.")
    page.locator("[name=_save]").click()

    section = page.locator(".qd-conflicts")
    expect(section).to_contain_text("Ada Castellanos")
    expect(section).to_contain_text("“The sign says so.”")
    expect(page.locator("#id_name")).to_have_value("Dark Harbor Committee")
    for name, size in WIDTHS.items():
        page.set_viewport_size(size)
        page.screenshot(path=screenshots / f"conflict-{scheme}-{name}.png")
        assert overflow(page) <= 0, name
    section.get_by_role("radio", name="Yours").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.locator("body")).to_contain_text("The slug was changed by Ada Castellanos")
    page.screenshot(path=screenshots / f"merged-{scheme}.png")
    organization.refresh_from_db()
    assert (organization.name, organization.slug, organization.status) == (
        "Dark Harbor Committee",
        "bright",
        "suspended",
    )
    membership.refresh_from_db()
    assert membership.role == Role.ADMIN
